import type { Pool } from '../../database/pool.ts';
import type { Api, ApiAnswer } from './api.ts';
import { eventually } from './eventually.ts';
import type { ProblemView } from './problem.ts';

export interface ImportJobView {
  readonly id: string;
  readonly state: string;
  readonly format: string;
  readonly bytes: { readonly total: number; readonly done: number };
  readonly lines: number;
  readonly created: number;
  readonly updated: number;
  readonly rejectedCount: number;
  readonly warningsCount: number;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly problem: ProblemView | null;
}

export interface ImportProblemView {
  readonly line: number;
  readonly kind: string;
  readonly code: string;
  readonly externalId: string | null;
  readonly message: string;
}

export interface ProblemsPage {
  readonly problems: readonly ImportProblemView[];
  readonly next: string | null;
}

const ASYNC = { prefer: 'respond-async' };

/** Sends a file that a job is to be made of. */
export function sendJob<T = ImportJobView>(
  api: Api,
  body: string,
  contentType = 'text/csv',
  headers: Record<string, string> = ASYNC,
): Promise<ApiAnswer<T>> {
  return api.call<T>('POST', '/v1/customers/import', body, { 'content-type': contentType, ...headers });
}

/** Sends lines of NDJSON. @returns the job's id @throws Error unless it is answered with 202 */
export async function queueLines(api: Api, lines: readonly unknown[]): Promise<string> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const answer = await sendJob(api, text, 'application/x-ndjson');
  if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body.id;
}

export async function readJob(api: Api, id: string): Promise<ImportJobView> {
  const answer = await api.call<ImportJobView>('GET', `/v1/imports/${id}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
}

/** Waits for the job's end. */
export function jobEnd(api: Api, id: string): Promise<ImportJobView> {
  return eventually(async () => {
    const job = await readJob(api, id);
    return ['finished', 'failed'].includes(job.state) ? job : undefined;
  });
}

export async function readProblems(api: Api, id: string, query = ''): Promise<ProblemsPage> {
  const answer = await api.call<ProblemsPage>('GET', `/v1/imports/${id}/problems${query}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
}

/** How many rows of imports there are. */
export async function storedRows(pool: Pool): Promise<{ jobs: number; chunks: number; problems: number }> {
  const { rows } = await pool.query<{ jobs: number; chunks: number; problems: number }>(
    `SELECT (SELECT count(*)::int FROM import_job) AS jobs, (SELECT count(*)::int FROM import_chunk) AS chunks,
            (SELECT count(*)::int FROM import_problem) AS problems`,
  );
  if (!rows[0]) throw new Error('There is no row.');
  return rows[0];
}
