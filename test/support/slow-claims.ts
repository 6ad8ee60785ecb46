import type { Pool } from '../../database/pool.ts';

/** Makes a claim take some time between what it looks at and its rows, so that what was not locked would be out of date. */
export async function slowDownClaims(pool: Pool): Promise<void> {
  await pool.query(`
    CREATE FUNCTION slow_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.003); RETURN NULL; END $$;
    CREATE TRIGGER slow_down BEFORE INSERT ON message FOR EACH STATEMENT EXECUTE FUNCTION slow_down()`);
}
