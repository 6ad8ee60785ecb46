import type { Pool } from '../../../database/pool.ts';
import { eventually } from '../../support/eventually.ts';
import type { Statements } from '../sql/prepared.ts';
import type { Store } from '../sql/store.ts';
import { Operations } from '../world/operations.ts';
import { SimulatedConnection, type Result } from '../world/simulated-connection.ts';
import { SimulatedProcess } from '../world/simulated-process.ts';
import { VirtualTime } from '../world/virtual-time.ts';

/** What becomes of a statement: its rows, the code of its error, or that it waits for somebody else. */
export type Outcome = readonly unknown[] | string;

/** Some sessions of one database, and what each statement came to; those that wait come to it later. */
export interface Sessions {
  run(session: number, sql: string): Promise<Outcome>;
  /** What the statement came to that had to wait. */
  later(session: number): Promise<Outcome>;
  close(): Promise<void>;
}

export const WAITS = 'waits';

interface Under {
  outcome: Outcome | undefined;
}

function follow(answer: Promise<{ rows: readonly object[] }>): Under {
  const under: Under = { outcome: undefined };
  const code = (error: unknown): string => String((error as { code?: unknown }).code);
  answer.then(
    ({ rows }) => (under.outcome = rows),
    (error: unknown) => (under.outcome = code(error)),
  );
  return under;
}

/** Sessions of a real PostgreSQL. */
export async function postgresSessions(pool: Pool, count: number): Promise<Sessions> {
  const connections = await Promise.all(Array.from({ length: count }, () => pool.connect()));
  const pids: number[] = [];
  for (const connection of connections) {
    const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    pids.push(rows[0]?.pid ?? 0);
  }
  const underWay: Under[] = [];
  const isWaiting = async (session: number): Promise<boolean> => {
    const { rows } = await pool.query<{ blockers: number }>(
      'SELECT cardinality(pg_blocking_pids($1)) AS blockers',
      [pids[session]],
    );
    return (rows[0]?.blockers ?? 0) > 0;
  };
  return {
    run: async (session, sql) => {
      const under = follow(connections[session]?.query(sql) ?? Promise.reject(new Error('no session')));
      underWay[session] = under;
      return eventually(async () => {
        const waiting = await isWaiting(session);
        return under.outcome ?? (waiting ? WAITS : undefined);
      });
    },
    later: (session) => eventually(() => Promise.resolve(underWay[session]?.outcome)),
    close: async () => {
      for (const connection of connections) {
        await connection.query('ROLLBACK');
        connection.release();
      }
    },
  };
}

/** Sessions of the simulated database; the statements that wait go on as soon as they can. */
export function simulatedSessions(store: Store, statements: Statements, count: number): Sessions {
  const operations = new Operations();
  const server = { store, statements, operations, time: new VirtualTime() };
  const process = new SimulatedProcess('api');
  const connections = Array.from({ length: count }, () => new SimulatedConnection(server, process));
  const underWay: Under[] = [];
  const goOn = async (): Promise<void> => {
    for (let ready = operations.ready(); ready.length > 0; ready = operations.ready()) {
      ready[0]?.proceed(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    run: async (session, sql) => {
      const answer: Promise<Result> =
        connections[session]?.query(sql) ?? Promise.reject(new Error('no session'));
      const under = follow(answer);
      underWay[session] = under;
      await goOn();
      await new Promise((resolve) => setImmediate(resolve));
      return under.outcome ?? WAITS;
    },
    later: (session) => Promise.resolve(underWay[session]?.outcome ?? WAITS),
    close: () => Promise.resolve(),
  };
}
