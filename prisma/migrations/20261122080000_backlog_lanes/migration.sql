-- What a hold, a pause or an open breaker has kept leaves at a pace once it is released.

ALTER TABLE run ADD COLUMN resumed_at timestamptz(3);
ALTER TABLE breaker ADD COLUMN closed_at timestamptz(3);

CREATE TABLE lifted_hold (
  scope     text NOT NULL,
  target_id uuid NOT NULL,
  lifted_at timestamptz(3) NOT NULL,
  PRIMARY KEY (scope, target_id)
);

CREATE TABLE lane (
  integration_id uuid NOT NULL REFERENCES integration,
  consent_class  text NOT NULL,
  next_free_at   timestamptz(3) NOT NULL,
  PRIMARY KEY (integration_id, consent_class)
);

CREATE TABLE lane_slot (
  cohort_id      bigint NOT NULL,
  action_id      int NOT NULL,
  pass           int NOT NULL,
  planned_at     timestamptz(3) NOT NULL,
  integration_id uuid NOT NULL,
  consent_class  text NOT NULL,
  starts_at      timestamptz(3) NOT NULL,
  ends_at        timestamptz(3) NOT NULL,
  size           int NOT NULL CHECK (size > 0),
  PRIMARY KEY (cohort_id, action_id, pass, planned_at),
  FOREIGN KEY (integration_id, consent_class) REFERENCES lane
);
CREATE INDEX lane_slot_integration_id_consent_class_ends_at_idx ON lane_slot (integration_id, consent_class, ends_at);
