-- Messages a second of integrations, senders and runs; slots of lanes that several visits may use at once.

ALTER TABLE integration ADD COLUMN messages_per_second double precision CHECK (messages_per_second > 0);
ALTER TABLE sender_profile ADD COLUMN messages_per_second double precision CHECK (messages_per_second > 0);
ALTER TABLE run ADD COLUMN messages_per_second double precision CHECK (messages_per_second > 0);
ALTER TABLE run ADD COLUMN spread_until timestamptz(3);

-- A visit that has a slot takes another one: slots are of minutes.
DROP TABLE lane_slot;
DROP TABLE lane;

CREATE TABLE lane_slot (
  cohort_id      bigint NOT NULL,
  action_id      int NOT NULL,
  pass           int NOT NULL,
  leg            int NOT NULL,
  planned_at     timestamptz(3) NOT NULL,
  starts_at      timestamptz(3) NOT NULL,
  ends_at        timestamptz(3) NOT NULL,
  size           int NOT NULL CHECK (size > 0),
  unreserved     int NOT NULL CHECK (unreserved >= 0),
  used           boolean NOT NULL DEFAULT false,
  backlog        boolean NOT NULL,
  run_id         uuid NOT NULL,
  sender_id      uuid NOT NULL,
  integration_id uuid NOT NULL,
  consent_class  text NOT NULL,
  PRIMARY KEY (cohort_id, action_id, pass, leg, planned_at, starts_at)
);
CREATE INDEX lane_slot_integration_id_ends_at_idx ON lane_slot (integration_id, ends_at);
CREATE INDEX lane_slot_sender_id_ends_at_idx ON lane_slot (sender_id, ends_at);
CREATE INDEX lane_slot_run_id_ends_at_idx ON lane_slot (run_id, ends_at);
