-- Probes of accounts: a message to a test recipient whose id is offered again after the longest delay at which the engine would
-- repeat one. The answer says whether the account refuses an id that it has taken.
CREATE TABLE id_probe (
  -- The id that the provider is given.
  id                uuid PRIMARY KEY,
  integration_id    uuid NOT NULL REFERENCES integration,
  channel           text NOT NULL CHECK (channel IN ('mms', 'sms')),
  sender_id         uuid NOT NULL,
  sender            text NOT NULL,
  test_recipient_id uuid REFERENCES test_recipient ON DELETE SET NULL,
  -- The number, by its HMAC: the repeat goes to the same one or nowhere.
  recipient_id      bigint NOT NULL,
  state             text NOT NULL DEFAULT 'sending'
    CHECK (state IN ('sending', 'waiting', 'verified', 'not_verified', 'failed', 'abandoned')),
  reason            text,
  status_code       text,
  error             text,
  calls             int NOT NULL DEFAULT 0,
  -- Of the call that is under way: written before it is made.
  call_token        uuid,
  due_at            timestamptz(3),
  created_at        timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  ended_at          timestamptz(3)
);
CREATE INDEX id_probe_integration_id_created_at_idx ON id_probe (integration_id, created_at);
CREATE INDEX id_probe_due_at_idx ON id_probe (due_at) WHERE due_at IS NOT NULL;

-- Channels of which a probe has shown that the account refuses known ids.
ALTER TABLE integration ADD COLUMN verified_channels text[] NOT NULL DEFAULT '{}';
