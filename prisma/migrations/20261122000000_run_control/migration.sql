-- What operators decide about runs and visits.

-- Set once a run takes nobody in any more: after a pause it is `finishing` again.
ALTER TABLE run ADD COLUMN draining boolean NOT NULL DEFAULT false;

-- The operator's choice for a stuck visit; its cohort carries it out and closes the incident.
ALTER TABLE incident ADD COLUMN decision jsonb;
ALTER TABLE incident ADD COLUMN decided_at timestamptz(3);
ALTER TABLE incident ADD COLUMN decided_by text;

-- A cohort's workflow keeps its id when it is started again.
ALTER TABLE cohort DROP COLUMN generation;
