-- Segments of an SMS, counted at its claim: told where a delivery report tells no number of parts. Null of an MMS, and of what was
-- claimed before.
ALTER TABLE message ADD COLUMN segments int;
