-- Breakers of integrations: while one is open nothing is claimed for its integration but a probe now and then.

CREATE TABLE breaker (
  integration_id uuid PRIMARY KEY REFERENCES integration,
  failures       int NOT NULL,
  opened_at      timestamptz(3),
  probes         int NOT NULL DEFAULT 0,
  probe_at       timestamptz(3),
  status_code    text,
  error          text,
  CHECK ((opened_at IS NULL) = (probe_at IS NULL))
);
