-- An archived scenario is out of the way: it is not listed, changed or launched until it is taken back.

ALTER TABLE scenario ADD COLUMN archived_at timestamptz(3);

-- Lists are read page by page, the newest first.
CREATE INDEX customer_project_id_created_at_id_idx ON customer (project_id, created_at, id) WHERE deleted_at IS NULL;
