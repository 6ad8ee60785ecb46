-- Runs whose recipients a launch leaves out, by number and by customer, when its audience is frozen.

ALTER TABLE run ADD COLUMN exclude_runs uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(exclude_runs) <= 20);
