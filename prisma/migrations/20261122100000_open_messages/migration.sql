-- Whether a message of a run is open, or of one of its cohorts at a node.

CREATE INDEX message_open_idx ON message (month, run_id, cohort_id, action_id, pass) WHERE ended_at IS NULL;
DROP INDEX message_month_run_id_idx;
