-- Opt-outs of numbers, one row from the opt-out to its lifting. What a claim reads is recipient.opted_out_at.

CREATE TABLE suppression (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id    uuid NOT NULL REFERENCES project,
  recipient_id  bigint NOT NULL,
  reason        text,
  source        text NOT NULL,
  suppressed_at timestamptz(3) NOT NULL,
  suppressed_by text NOT NULL,
  lifted_at     timestamptz(3),
  lifted_by     text,
  lift_reason   text
);
CREATE INDEX suppression_project_id_suppressed_at_id_idx ON suppression (project_id, suppressed_at, id);
CREATE INDEX suppression_recipient_id_idx ON suppression (recipient_id);

INSERT INTO suppression (project_id, recipient_id, source, suppressed_at, suppressed_by)
SELECT project_id, id, coalesce(opted_out_via, 'unknown'), opted_out_at, 'unknown' FROM recipient
WHERE opted_out_at IS NOT NULL;

-- The class of a message's category: opt-outs concern marketing only.

ALTER TABLE message ADD COLUMN consent_class text NOT NULL DEFAULT 'marketing'
  CHECK (consent_class IN ('marketing', 'transactional'));

UPDATE message SET consent_class = 'transactional'
FROM run
JOIN scenario_version AS version ON version.id = run.version_id
CROSS JOIN LATERAL jsonb_array_elements(version.frozen -> 'nodes') AS node
JOIN consent_category AS category
  ON category.project_id = run.project_id AND category.key = node -> 'config' ->> 'category'
WHERE run.id = message.run_id AND node ->> 'actionId' = message.action_id::text AND category.class = 'transactional';

-- The messages to a number.

CREATE INDEX message_recipient_id_claimed_at_idx ON message (recipient_id, claimed_at);
