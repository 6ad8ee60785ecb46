import { createLog, type Logger } from '../../config/log.ts';

/** Lines that are written while `work` logs. */
function linesOf(work: (log: Logger) => void): readonly string[] {
  const lines: string[] = [];
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = (chunk: string | Uint8Array): boolean => {
    lines.push(String(chunk));
    return true;
  };
  try {
    work(createLog('test', 'debug'));
  } finally {
    stdout.write = write;
  }
  return lines;
}

function lineOf(work: (log: Logger) => void): string {
  const lines = linesOf(work);
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe('the log', () => {
  it('writes one JSON object a line, with time and process', () => {
    const lines = linesOf((log) => {
      log.info({ count: 3 }, 'first');
      log.warn('second');
    });
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { process: 'test', msg: 'first', count: 3, time: expect.stringMatching(/^\d{4}-.*Z$/) as string },
      { process: 'test', msg: 'second' },
    ]);
    expect(lines.every((line) => line.endsWith('}\n'))).toBe(true);
  });

  it.each([
    'calling +12125550100 failed',
    'Key (phone)=(+442079460123) already exists',
    'to: 12125550100',
    '"13125550111","14165550112"',
    'https://example.com/send?to=12125550100&x=1',
  ])('masks what looks like a phone number: %s', (text) => {
    for (const line of [
      lineOf((log) => log.info(text)),
      lineOf((log) => log.info({ text }, 'x')),
      lineOf((log) => log.error({ err: new Error(text) }, 'x')),
    ]) {
      expect(line).not.toMatch(/\d{10}/);
      expect(line).toContain('[number]');
      expect(() => JSON.parse(line) as unknown).not.toThrow();
    }
  });

  it('stays JSON where a number stands that looks like a phone number', () => {
    const line = lineOf((log) => log.info({ bytes: 12_125_550_100 }, 'x'));
    expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('leaves ids, instants and short numbers alone', () => {
    const id = '20261100-1234-8123-a123-123456789012';
    const line = lineOf((log) => log.info({ id, at: 1_795_000_000_000, count: 1_234_567 }, 'x'));
    expect(JSON.parse(line)).toMatchObject({ id, at: 1_795_000_000_000, count: 1_234_567 });
  });

  it('tells of an error its name, code, message and place, and no detail that came with it', () => {
    const error = Object.assign(new TypeError('duplicate key'), {
      code: '23505',
      detail: 'Key (external_id)=(ana@example.com) already exists.',
      parameters: ['ana@example.com'],
      cause: new Error('ana@example.com'),
    });
    const line = lineOf((log) => log.error({ err: error }, 'x'));
    expect(line).not.toContain('ana@example.com');
    expect(JSON.parse(line)).toMatchObject({
      err: { name: 'TypeError', code: '23505', message: 'duplicate key' },
    });
    expect(lineOf((log) => log.error(error))).not.toContain('ana@example.com');
  });

  it('says nothing below its level', () => {
    expect(linesOf(() => createLog('test', 'warn').info('x'))).toEqual([]);
    expect(linesOf(() => createLog('test', 'silent').fatal('x'))).toEqual([]);
  });
});
