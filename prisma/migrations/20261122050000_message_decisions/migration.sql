-- What operators decide about messages of which nobody could find out what became of them.

CREATE TABLE message_decision (
  month      int NOT NULL,
  message_id uuid NOT NULL,
  number     int NOT NULL,
  action     text NOT NULL CHECK (action IN ('resend', 'assume-delivered')),
  reason     text NOT NULL,
  actor      text NOT NULL,
  decided_at timestamptz(3) NOT NULL,
  outcome    text NOT NULL CHECK (outcome IN ('pending', 'done', 'refused')),
  refusal    text,
  PRIMARY KEY (month, message_id, number)
);

CREATE INDEX message_unresolved_idx ON message (project_id, created_at, id) WHERE state = 'unresolved';
