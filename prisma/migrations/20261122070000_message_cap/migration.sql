-- How many marketing messages a number may get within a rolling window; none where it is null.

ALTER TABLE project ADD COLUMN message_cap int CHECK (message_cap > 0);
ALTER TABLE project ADD COLUMN cap_window text;
ALTER TABLE project ADD CONSTRAINT project_cap_check CHECK ((message_cap IS NULL) = (cap_window IS NULL));
