-- A card as it was written, under the SHA-256 of its text. Never changed and never removed: messages that name it may still be
-- fetched long after the card has become another one.
CREATE TABLE contact_card_content (
  content_hash text PRIMARY KEY CHECK (content_hash ~ '^[0-9a-f]{64}$'),
  vcard        text NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT now()
);

-- Somebody whom a message may bring as a contact, as its author gave it.
CREATE TABLE contact_card (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id   uuid NOT NULL REFERENCES project,
  key          text NOT NULL,
  fields       jsonb NOT NULL,
  content_hash text NOT NULL REFERENCES contact_card_content,
  revision     int NOT NULL DEFAULT 1,
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  changed_at   timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (project_id, key)
);
