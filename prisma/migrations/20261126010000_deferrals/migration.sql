-- Whom the gate has put off until an instant, for people to read: the walk sleeps by its own state.
CREATE TABLE deferral (
  cohort_id bigint NOT NULL,
  node_id   text NOT NULL,
  pass      int NOT NULL,
  reason    text NOT NULL,
  until     timestamptz(3) NOT NULL,
  run_id    uuid NOT NULL,
  members   bytea NOT NULL,
  PRIMARY KEY (cohort_id, node_id, pass, reason, until)
);
CREATE INDEX deferral_run_id_until_idx ON deferral (run_id, until);
