-- Large imports: stored first, then carried out in batches that any API process goes on with.

CREATE TABLE import_job (
  id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id     uuid NOT NULL REFERENCES project,
  format         text NOT NULL CHECK (format IN ('csv', 'ndjson')),
  -- While it is receiving, nobody sees it and nobody carries it out.
  state          text NOT NULL DEFAULT 'receiving'
                 CHECK (state IN ('receiving', 'queued', 'running', 'finished', 'failed')),
  -- The cells of a CSV header as a JSON text, which may hold what jsonb can't.
  header         text,
  -- When the request came: the "now" of every line.
  created_at     timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- Its place in the order of its project.
  queued_at      timestamptz,
  started_at     timestamptz(3),
  finished_at    timestamptz(3),
  bytes_total    bigint NOT NULL DEFAULT 0,
  -- Where the next batch begins: its byte, and the line that it is in.
  bytes_done     bigint NOT NULL DEFAULT 0,
  line           int NOT NULL DEFAULT 1,
  lines          int NOT NULL DEFAULT 0,
  created        int NOT NULL DEFAULT 0,
  updated        int NOT NULL DEFAULT 0,
  rejected       int NOT NULL DEFAULT 0,
  warnings       int NOT NULL DEFAULT 0,
  -- Claims since the last batch that was written.
  attempts       int NOT NULL DEFAULT 0,
  -- When somebody last had a turn at it: who waited longest is next.
  turn_at        timestamptz,
  lease_token    uuid,
  lease_until    timestamptz(3),
  -- Why it failed, as the API answers a refusal.
  problem        jsonb
);
CREATE INDEX import_job_newest ON import_job (project_id, created_at, id);
CREATE INDEX import_job_open ON import_job (project_id, queued_at) WHERE state IN ('receiving', 'queued', 'running');

-- What was sent, in pieces, until it has been read.
CREATE TABLE import_chunk (
  job_id         uuid NOT NULL REFERENCES import_job ON DELETE CASCADE,
  first_byte     bigint NOT NULL,
  data           bytea NOT NULL,
  PRIMARY KEY (job_id, first_byte)
);

-- Rejected lines and warnings, the first ones of a job.
CREATE TABLE import_problem (
  job_id         uuid NOT NULL REFERENCES import_job ON DELETE CASCADE,
  number         int NOT NULL,
  line           int NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('rejected', 'warning')),
  code           text NOT NULL,
  external_id    text,
  message        text NOT NULL,
  PRIMARY KEY (job_id, number)
);
CREATE INDEX import_problem_customer ON import_problem (external_id) WHERE external_id IS NOT NULL;
