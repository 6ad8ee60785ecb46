-- Test recipients: handsets of the project's own. Each has a customer of its own, so that messages to it take the way of all others;
-- that customer is in no audience and in no list.
ALTER TABLE customer ADD COLUMN is_tester boolean NOT NULL DEFAULT false;

CREATE TABLE test_recipient (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id  uuid NOT NULL REFERENCES project,
  name        text NOT NULL,
  -- Has its number, language and attributes.
  customer_id uuid NOT NULL UNIQUE REFERENCES customer,
  carrier     text,
  handset     text,
  revision    int NOT NULL DEFAULT 1,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  changed_at  timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (project_id, name)
);

-- Test sends: a run of them admits these customers and nobody else, and nothing of it is counted.
ALTER TABLE run
  ADD COLUMN is_test        boolean NOT NULL DEFAULT false,
  ADD COLUMN test_customers uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE message ADD COLUMN is_test boolean NOT NULL DEFAULT false;
