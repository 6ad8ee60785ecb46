import type { Pool } from '../../database/pool.ts';
import {
  ASSUMED_DELIVERED_TRANSITIONS,
  FINAL_MESSAGE_STATES,
  MESSAGE_TRANSITIONS,
} from '../../domain/states.ts';

const quoted = (states: readonly string[]): string => states.map((state) => `'${state}'`).join(', ');

const steps = Object.entries(MESSAGE_TRANSITIONS).flatMap(([from, targets]) =>
  targets.map((to) => `'${from} → ${to}'`),
);

/** Refuses what the domain does not know: a step of a message, or an end without a final state. */
const GUARD = `
  CREATE FUNCTION guard_message() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' AND NEW.state <> OLD.state
       AND OLD.state || ' → ' || NEW.state NOT IN (${steps.join(', ')})
       AND NOT (OLD.state = 'delivered' AND OLD.receipt_state IS NULL
                AND NEW.state IN (${quoted(ASSUMED_DELIVERED_TRANSITIONS)})) THEN
      RAISE EXCEPTION 'A message must not go from % to %.', OLD.state, NEW.state;
    END IF;
    IF (NEW.ended_at IS NOT NULL) <>
       (NEW.fallback_at IS NULL AND NEW.state IN (${quoted(FINAL_MESSAGE_STATES)}) OR (NEW.no_receipt AND NEW.state IN ('accepted', 'dispatched')))
    THEN
      RAISE EXCEPTION 'A message in state % (no receipt: %) has the end %.', NEW.state, NEW.no_receipt, NEW.ended_at;
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER guard_message BEFORE INSERT OR UPDATE ON message FOR EACH ROW EXECUTE FUNCTION guard_message();`;

/** Holds the SQL that a test runs to the states of the domain; for tests that write no message by hand. */
export async function guardLedger(pool: Pool): Promise<void> {
  await pool.query(GUARD);
}
