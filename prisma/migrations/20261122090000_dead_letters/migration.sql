-- Receipts of which no message was found, and who had them looked at again.

CREATE TABLE receipt_replay (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id  uuid NOT NULL REFERENCES project,
  filter      jsonb NOT NULL,
  reason      text NOT NULL,
  actor       text NOT NULL,
  replayed    int NOT NULL,
  replayed_at timestamptz(3) NOT NULL
);

ALTER TABLE receipt ADD COLUMN dead_reason text CHECK (dead_reason IN ('no_message', 'foreign_id')),
  ADD COLUMN replay_id uuid;

UPDATE receipt SET dead_reason = CASE
  WHEN message_id ~ '^20\d{2}(0[1-9]|1[0-2])[0-9a-f]{2}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$'
  THEN 'no_message' ELSE 'foreign_id' END
WHERE fold_at IS NULL AND folded_at IS NULL;

CREATE INDEX receipt_dead_letter_idx ON receipt (integration_id, received_at) WHERE dead_reason IS NOT NULL;
