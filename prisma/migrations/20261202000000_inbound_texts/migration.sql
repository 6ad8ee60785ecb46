-- Texts of inbound messages that come as files and are still to be fetched.

ALTER TABLE inbound_message
  -- Null where the text is no file.
  ADD COLUMN text_state    text CHECK (text_state IN ('awaited', 'fetched', 'given_up')),
  -- Where it is, while it is awaited.
  ADD COLUMN text_url      text,
  ADD COLUMN text_attempts int NOT NULL DEFAULT 0,
  -- Of the next try.
  ADD COLUMN text_due_at   timestamptz(3);
CREATE INDEX inbound_message_text_due_at_idx ON inbound_message (text_due_at) WHERE text_due_at IS NOT NULL;
