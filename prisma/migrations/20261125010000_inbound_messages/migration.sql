-- Partitions for every table that is parted by month, so that a new one needs no other function. Of the ledger's pages half stays
-- free for what comes of a call.

CREATE OR REPLACE FUNCTION ensure_partitions(first_month date, months int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  parent text;
  start  date;
BEGIN
  FOR i IN 0 .. months - 1 LOOP
    start := date_trunc('month', first_month) + make_interval(months => i);
    FOR parent IN
      SELECT relname FROM pg_partitioned_table JOIN pg_class ON pg_class.oid = partrelid
      WHERE relnamespace = current_schema()::regnamespace ORDER BY relname
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

-- The inbox of what people write to us. The month is that of the provider's instant, as of receipts.

CREATE TABLE inbound_message (
  month               int NOT NULL,
  integration_id      uuid NOT NULL,
  event_key           text NOT NULL,
  id                  uuid NOT NULL DEFAULT gen_random_uuid(),
  project_id          uuid NOT NULL,
  recipient_id        bigint NOT NULL,
  -- Who had the number when it came.
  customers           uuid[] NOT NULL DEFAULT '{}',
  provider_message_id text,
  channel             text NOT NULL CHECK (channel IN ('mms', 'sms')),
  -- Null once it is erased, as are subject, text and media.
  from_number         text,
  sender              text NOT NULL,
  subject             text,
  text                text,
  media               text[] NOT NULL DEFAULT '{}',
  provider_keyword    text,
  keyword             text CHECK (keyword IN ('stop', 'start', 'help')),
  at                  timestamptz(3) NOT NULL,
  received_at         timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  erased_at           timestamptz(3),
  PRIMARY KEY (month, integration_id, event_key)
) PARTITION BY RANGE (month);
CREATE INDEX inbound_message_project_id_received_at_id_idx ON inbound_message (project_id, received_at, id);
CREATE INDEX inbound_message_recipient_id_at_idx ON inbound_message (recipient_id, at);
CREATE INDEX inbound_message_customers_idx ON inbound_message USING gin (customers);

-- To which senders of ours a STOP was sent: a START to each lifts the opt-out. Empty where only an operator does.

ALTER TABLE suppression ADD COLUMN stopped_senders text[] NOT NULL DEFAULT '{}';
