-- A message in doubt of which it has turned out that nothing of it can have left.

ALTER TABLE message ADD COLUMN provably_unsent boolean NOT NULL DEFAULT false;
