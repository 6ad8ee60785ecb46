import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';

const { History: HistoryMessage } = proto.temporal.api.history.v1;
export type History = proto.temporal.api.history.v1.IHistory;

const FOLDER = path.join(import.meta.dirname, 'histories');

/** A recorded history; the file is `<scenario>.<workflow>.json.gz`. */
export interface RecordedHistory {
  readonly file: string;
  readonly scenario: string;
  readonly json: string;
  readonly history: History;
}

/** Names of machines and folders of where it was recorded; replaying reads neither. */
const SCRUBBED: Readonly<Record<string, string>> = { identity: 'worker', stackTrace: '' };

/** A worker's own task queue is named like `4711@machine-…`. */
function scrub(key: string, value: unknown): unknown {
  if (typeof value === 'string' && /^\d+@/.test(value)) return 'worker';
  return SCRUBBED[key] ?? value;
}

export async function emptyFolder(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
}

export async function writeHistory(name: string, history: History): Promise<void> {
  const plain = HistoryMessage.toObject(HistoryMessage.fromObject(history), {
    longs: String,
    enums: String,
    bytes: String,
  });
  const json: unknown = JSON.parse(JSON.stringify(plain), scrub);
  await writeFile(path.join(FOLDER, `${name}.json.gz`), gzipSync(JSON.stringify(json), { level: 9 }));
}

export function historyOf(json: string): History {
  return HistoryMessage.fromObject(JSON.parse(json) as Record<string, unknown>);
}

export async function readHistories(): Promise<readonly RecordedHistory[]> {
  const files = (await readdir(FOLDER)).sort();
  return Promise.all(
    files.map(async (file) => {
      const json = gunzipSync(await readFile(path.join(FOLDER, file))).toString();
      return { file, scenario: file.split('.')[0] ?? '', json, history: historyOf(json) };
    }),
  );
}

/** Why workflow code can't follow histories, by their file; those that it follows are left out. */
export async function replayFailures(
  recorded: readonly Pick<RecordedHistory, 'file' | 'history'>[],
  codePath: string,
): Promise<Readonly<Record<string, string>>> {
  const replays = Worker.runReplayHistories(
    { workflowBundle: { codePath } },
    recorded.map(({ file, history }) => ({ workflowId: file, history })),
  );
  const failures: Record<string, string> = {};
  for await (const { workflowId, error } of replays) if (error) failures[workflowId] = error.message;
  return failures;
}

/** All that a history says: its own text and that of its payloads. */
export function readableText(json: string): string {
  const payloads: string[] = [];
  JSON.parse(json, (key, value: unknown) => {
    if (typeof value === 'string' && key === 'data') payloads.push(Buffer.from(value, 'base64').toString());
    return value;
  });
  return [json, ...payloads].join('\n');
}
