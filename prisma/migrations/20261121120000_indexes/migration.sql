-- Cohorts from the ten thousandth on had the workflow id of an earlier one: its number was cut off after four digits.

UPDATE cohort SET workflow_id = left(workflow_id, -4) || number WHERE number > 9999;
CREATE UNIQUE INDEX cohort_workflow_id_key ON cohort (workflow_id);

-- Whether a message of a run is open.

CREATE INDEX message_month_run_id_idx ON message (month, run_id) WHERE ended_at IS NULL;
