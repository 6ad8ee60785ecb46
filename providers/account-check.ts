import { parseJson } from './http-answer.ts';
import { CallError, type HttpAnswer } from './http-client.ts';

/** What a harmless authenticated call has shown of an account. */
export interface AccountCheck {
  /** What was tried, in words. */
  readonly what: string;
  readonly ok: boolean;
  /** What is wrong and what to do about it, or that all is well. */
  readonly says: string;
}

export interface CheckedCall {
  readonly what: string;
  readonly call: () => Promise<HttpAnswer>;
  /** Whether a body is one that the vendor would send. */
  readonly isExpected: (body: unknown) => boolean;
  /** What a refusal means with this vendor, by HTTP status. */
  readonly meanings: Readonly<Record<number, string>>;
  /** The vendor's own words in a refusal. */
  readonly quote: (answer: HttpAnswer) => string;
}

const FAILURES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'There is no host of that name. Correct the base URL.',
  EAI_AGAIN:
    'The name of the host could not be looked up. Correct the base URL, or mend the DNS of this machine.',
  ECONNREFUSED: 'Nobody listens there. Correct the base URL.',
  UND_ERR_CONNECT_TIMEOUT: 'No connection came about in time. Correct the base URL, or open the way there.',
  timeout: 'It did not answer in time. Try again.',
};

/** Makes a call and says in words what is wrong with it. Never throws for what the network or the vendor does. */
export async function checkCall({
  what,
  call,
  isExpected,
  meanings,
  quote,
}: CheckedCall): Promise<AccountCheck> {
  let answer: HttpAnswer;
  try {
    answer = await call();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const says = FAILURES[error.code] ?? `The connection failed (${error.code}): ${error.message}`;
    return { what, ok: false, says };
  }
  const { status } = answer;
  if (status === 200 && isExpected(parseJson(answer.body))) return { what, ok: true, says: 'It works.' };
  if (status === 200)
    return { what, ok: false, says: 'It answers, but not as this provider does. Correct the base URL.' };
  const said = quote(answer);
  const meaning = meanings[status] ?? generalMeaning(status);
  return { what, ok: false, says: `${meaning} It answered HTTP ${status}${said === '' ? '.' : `: ${said}`}` };
}

function generalMeaning(status: number): string {
  if (status === 429) return 'The account makes too many calls just now. Try again later.';
  if (status >= 500) return 'The provider has trouble of its own. Try again later.';
  return 'The base URL or a setting of the integration is wrong.';
}
