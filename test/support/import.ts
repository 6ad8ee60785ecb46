import type { Api, ApiAnswer } from './api.ts';

export interface ImportReport {
  readonly lines: number;
  readonly created: number;
  readonly updated: number;
  readonly rejectedCount: number;
  readonly warningsCount: number;
  readonly rejected: readonly { readonly line: number; readonly reason: string; readonly message: string }[];
  readonly warnings: readonly {
    readonly line: number;
    readonly externalId: string;
    readonly code: string;
    readonly message: string;
  }[];
}

export interface CustomerView {
  readonly id: string;
  readonly externalId: string | null;
  readonly phone: string | null;
  readonly phoneState: string;
  readonly country: string | null;
  readonly timezone: string | null;
  readonly language: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly consents: Readonly<
    Record<
      string,
      { readonly state: string; readonly method: string | null; readonly forThisNumber: boolean }
    >
  >;
}

/** Imports a CSV file, line by line as given. @throws Error unless it is answered with 200 */
export async function importCsv(api: Api, ...lines: readonly string[]): Promise<ImportReport> {
  return reportOf(await api.importCsv(lines.join('\n')));
}

/** Imports NDJSON; texts go out as they are. @throws Error unless it is answered with 200 */
export async function importNdjson(api: Api, ...lines: readonly unknown[]): Promise<ImportReport> {
  return reportOf(await api.importNdjson(lines));
}

export async function readCustomer(api: Api, name: string): Promise<CustomerView> {
  const answer = await api.call<CustomerView>('GET', `/v1/customers/${encodeURIComponent(name)}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
}

/** Line and reason of everything that was refused. */
export function rejections(report: ImportReport): readonly (readonly [number, string])[] {
  return report.rejected.map(({ line, reason }) => [line, reason] as const);
}

function reportOf(answer: ApiAnswer): ImportReport {
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body as unknown as ImportReport;
}
