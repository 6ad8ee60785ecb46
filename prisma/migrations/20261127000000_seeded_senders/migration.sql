-- What the configuration wanted of a sender when it was last carried out. Until now every start has carried it out anew, so what a
-- sender is now is what was wanted.
ALTER TABLE sender_profile ADD COLUMN seeded jsonb;

UPDATE sender_profile AS profile
SET seeded = jsonb_build_object(
  'value', value,
  'sms', (SELECT key FROM integration WHERE id = sms_integration_id),
  'mms', (SELECT key FROM integration WHERE id = mms_integration_id)
)
WHERE key = 'default';
