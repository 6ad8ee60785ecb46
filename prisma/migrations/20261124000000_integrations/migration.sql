-- Where an integration is and what it is proven by. Credentials are sealed (AES-256-GCM); a row that was made before has none until
-- the stack is started again or somebody gives it some. A removed one stays for the reports and look-ups of what it has sent.
ALTER TABLE integration
  ADD COLUMN base_url       text,
  ADD COLUMN settings       jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN webhook        jsonb NOT NULL DEFAULT '{"auth": "token"}',
  ADD COLUMN secrets        bytea,
  ADD COLUMN secrets_key_id text,
  ADD COLUMN revision       int NOT NULL DEFAULT 1,
  ADD COLUMN created_at     timestamptz(3) NOT NULL DEFAULT now(),
  ADD COLUMN changed_at     timestamptz(3) NOT NULL DEFAULT now(),
  ADD COLUMN removed_at     timestamptz(3),
  DROP COLUMN variable_prefix,
  ADD CHECK ((secrets IS NULL) = (secrets_key_id IS NULL));

-- What a provider keeps for all who get it: media that are saved once and sent many times.
CREATE TABLE saved_content (
  integration_id uuid NOT NULL REFERENCES integration,
  content_hash   text NOT NULL,
  state          text NOT NULL CHECK (state IN ('saving', 'encoding', 'ready', 'refused')),
  -- The provider's name for it; null until it is saved.
  reference      text,
  status_code    text NOT NULL DEFAULT '',
  error          text NOT NULL DEFAULT '',
  since          timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (integration_id, content_hash),
  UNIQUE (integration_id, reference),
  CHECK (reference IS NOT NULL OR state IN ('saving', 'refused'))
);

-- Under which id of its own a provider knows a message, for reports that name it by that alone. An index on the ledger would be
-- written with every outcome.
CREATE TABLE provider_reference (
  integration_id uuid NOT NULL,
  reference      text NOT NULL,
  -- Of the message.
  month          int NOT NULL,
  message_id     uuid NOT NULL,
  PRIMARY KEY (integration_id, reference, month)
) PARTITION BY RANGE (month);

CREATE OR REPLACE FUNCTION ensure_partitions(first_month date, months int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  parent text;
  start  date;
BEGIN
  FOR i IN 0 .. months - 1 LOOP
    start := date_trunc('month', first_month) + make_interval(months => i);
    FOREACH parent IN ARRAY
      ARRAY['entry', 'trace', 'message', 'provider_reference', 'submission', 'receipt', 'campaign_event']
    LOOP
      EXECUTE format(
        'CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s) %s',
        parent || '_' || to_char(start, 'YYYYMM'),
        parent,
        to_char(start, 'YYYYMM'),
        to_char(start + interval '1 month', 'YYYYMM'),
        CASE parent WHEN 'message' THEN 'WITH (fillfactor = 50)' ELSE '' END
      );
    END LOOP;
  END LOOP;
END
$$;

-- For every month that has messages.
DO $$
DECLARE
  first_day date;
BEGIN
  FOR first_day IN
    SELECT to_date(right(inhrelid::regclass::text, 6), 'YYYYMM') FROM pg_inherits WHERE inhparent = 'message'::regclass
  LOOP
    PERFORM ensure_partitions(first_day, 1);
  END LOOP;
END
$$;
