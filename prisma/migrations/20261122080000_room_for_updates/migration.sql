-- What comes of a call is written into the row's own page, without an index entry: half of each page is left for that.

CREATE OR REPLACE FUNCTION ensure_partitions(first_month date, months int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  parent text;
  start  date;
BEGIN
  FOR i IN 0 .. months - 1 LOOP
    start := date_trunc('month', first_month) + make_interval(months => i);
    FOREACH parent IN ARRAY
      ARRAY['entry', 'trace', 'message', 'submission', 'receipt', 'campaign_event']
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

DO $$
DECLARE
  part regclass;
BEGIN
  FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'message'::regclass LOOP
    EXECUTE format('ALTER TABLE %s SET (fillfactor = 50)', part);
  END LOOP;
END
$$;

-- An index by state would be written whenever a state changes: what was given up is told by a column that others never change.

ALTER TABLE message ADD COLUMN given_up_at timestamptz(3);
UPDATE message SET given_up_at = ended_at WHERE state = 'unresolved';
DROP INDEX message_unresolved_idx;
CREATE INDEX message_given_up_idx ON message (project_id, created_at, id) WHERE given_up_at IS NOT NULL;
