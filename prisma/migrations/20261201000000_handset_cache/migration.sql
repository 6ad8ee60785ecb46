-- What a number's handset or its network did not take, learnt from MMS that failed for it, by what they brought.
CREATE TABLE handset_limit (
  recipient_id bigint NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('text', 'image', 'gif', 'audio', 'video', 'object')),
  learnt_at    timestamptz(3) NOT NULL,
  PRIMARY KEY (recipient_id, kind)
);
