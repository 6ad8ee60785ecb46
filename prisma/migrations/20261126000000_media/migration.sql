-- Files that messages carry, by the hash of their content. The same content is one row of a project, however often it is sent.
CREATE TABLE media (
  id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id     uuid NOT NULL REFERENCES project,
  -- SHA-256 in hexadecimal. Without it the content is still coming in, and nobody sees it.
  hash           text CHECK (hash ~ '^[0-9a-f]{64}$'),
  content_type   text,
  bytes          int NOT NULL DEFAULT 0,
  -- Of images, as they are shown; pictures of an animation.
  width          int,
  height         int,
  frames         int,
  -- What it was made smaller from.
  source_id      uuid REFERENCES media ON DELETE SET NULL,
  created_at     timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  lease_until    timestamptz(3),
  UNIQUE (project_id, hash),
  CHECK ((hash IS NULL) = (content_type IS NULL)),
  CHECK ((hash IS NULL) = (lease_until IS NOT NULL))
);
CREATE INDEX media_newest ON media (project_id, created_at, id);
CREATE INDEX media_served ON media (hash);
CREATE INDEX media_source ON media (source_id) WHERE source_id IS NOT NULL;
CREATE INDEX media_receiving ON media (lease_until) WHERE lease_until IS NOT NULL;

-- Its bytes in pieces, which are compressed already.
CREATE TABLE media_chunk (
  media_id       uuid NOT NULL REFERENCES media ON DELETE CASCADE,
  first_byte     int NOT NULL,
  data           bytea NOT NULL,
  PRIMARY KEY (media_id, first_byte)
);
ALTER TABLE media_chunk ALTER COLUMN data SET STORAGE EXTERNAL;
