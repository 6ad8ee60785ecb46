-- The engine's fallback from MMS to SMS. The message itself says whether it may fall back, and what has come of that; its SMS is a
-- row of its own, leg 1.
ALTER TABLE message
  -- 'engine' while the engine may fall back, then 'made' or 'refused'; null where nobody asked for it.
  ADD COLUMN fallback         text CHECK (fallback IN ('engine', 'made', 'refused')),
  -- When its SMS is due; null while there is no reason for one. Until it is settled the message has not ended.
  ADD COLUMN fallback_at      timestamptz(3),
  -- Why the gate kept the SMS in.
  ADD COLUMN fallback_refusal text;

CREATE INDEX message_fallback_idx ON message (fallback_at) WHERE fallback_at IS NOT NULL;
