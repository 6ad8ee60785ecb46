import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setBusinessClock, WEDNESDAY_NOON } from '../../database/business-clock.ts';
import { createPool } from '../../database/pool.ts';
import type { StackAccess } from '../state-file.ts';
import type { ApiClient, ImportReport } from '../api-client.ts';
import { exampleCsv } from './example-customers.ts';
import type { DemoOptions } from './options.ts';

const EXAMPLES = path.join(import.meta.dirname, '..', '..', 'examples');
/** Marks the customers of one demo, so that its run admits them and nobody from an earlier one. */
const MARK = 'tidings_demo';

/** Imports the audience through the API and marks it. */
export async function importAudience(
  access: StackAccess,
  api: ApiClient,
  options: DemoOptions,
  mark: string,
): Promise<ImportReport> {
  const pool = createPool({ url: access.databaseUrl, name: 'demo', connections: 1 });
  try {
    const { rows } = await pool.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
    const report = await api.importCustomers(audienceOf(options), contentTypeOf(options));
    await pool.query(
      `UPDATE customer SET attributes = attributes || jsonb_build_object($2::text, $3::text)
       WHERE project_id = $1 AND updated_at >= $4 AND deleted_at IS NULL`,
      [access.projectId, MARK, mark, rows[0]?.now],
    );
    return report;
  } finally {
    await pool.end();
  }
}

function audienceOf({ customers, audience }: DemoOptions): Readable {
  if (customers !== undefined) return Readable.from(exampleCsv(customers), { objectMode: false });
  return createReadStream(audience ?? path.join(EXAMPLES, 'customers.csv'));
}

function contentTypeOf({ audience }: DemoOptions): string {
  return audience !== undefined && /\.(nd)?jsonl?$/i.test(audience) ? 'application/x-ndjson' : 'text/csv';
}

interface DraftNode {
  readonly type?: string;
  readonly config?: { readonly audience?: unknown };
}

/** Reads the scenario and narrows its audience to the customers of this demo. */
export async function readScenario({ scenario }: DemoOptions, mark: string): Promise<unknown> {
  const file = scenario ?? path.join(EXAMPLES, 'summer-sale.json');
  const text = await readFile(file, 'utf8');
  let draft: { nodes?: readonly DraftNode[] };
  try {
    draft = JSON.parse(text) as typeof draft;
  } catch (error) {
    throw new Error(`${file} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  const marked = { attribute: MARK, op: 'eq', value: mark };
  return {
    ...draft,
    nodes: (draft.nodes ?? []).map((node) => {
      if (node.type !== 'now') return node;
      const audience = node.config?.audience;
      return {
        ...node,
        config: { ...node.config, audience: audience ? { and: [audience, marked] } : marked },
      };
    }),
  };
}

/** Sets the business clock where that is allowed; elsewhere rules go by the real time. */
export async function setDemoClock(access: StackAccess): Promise<void> {
  const pool = createPool({ url: access.databaseUrl, name: 'demo', connections: 1 });
  try {
    await setBusinessClock(pool, access.projectId, WEDNESDAY_NOON);
  } catch {
    // Another run is open, or the project is not in mode simulator.
  } finally {
    await pool.end();
  }
}
