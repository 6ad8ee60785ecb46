import { type ForkOptions, spawnSync } from 'node:child_process';
import { jest } from '@jest/globals';

const actual = await import('node:child_process');
const forks: ForkOptions[] = [];
jest.unstable_mockModule('node:child_process', () => ({
  ...actual,
  fork: (module: string, options: ForkOptions) => {
    forks.push(options);
    return actual.fork(module, options);
  },
}));
const { RenderPool } = await import('../../templates/render-pool.ts');

/** Runs code in a process that was started as the render processes are. */
function runAsRenderProcess(code: string): string {
  const { execArgv = [], env } = forks[0] ?? {};
  const { stdout, stderr } = spawnSync(process.execPath, [...execArgv, '--eval', code], {
    env,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

describe('a render process', () => {
  beforeAll(async () => {
    process.env['A_SECRET'] = 'of the worker';
    const pool = new RenderPool({ processes: 1 });
    await pool.warm();
    pool.close();
  });

  it('has an empty environment', () => {
    expect(forks).toHaveLength(1);
    expect(forks[0]?.env).toEqual({});
    expect(runAsRenderProcess('process.stdout.write(JSON.stringify(process.env))')).not.toContain(
      'of the worker',
    );
  });

  it('has no open channel to the terminal', () => {
    expect(forks[0]?.stdio).toEqual(['ignore', 'ignore', 'ignore', 'ipc']);
  });

  it('can do what it is for', () => {
    expect(runAsRenderProcess('process.stdout.write("done")')).toContain('done');
  });

  it.each([
    ['read a file', 'require("fs").readFileSync("/etc/hostname", "utf8")'],
    [
      'read the sources of the engine',
      `require("fs").readFileSync(${JSON.stringify(import.meta.filename)}, "utf8")`,
    ],
    ['list a folder', 'require("fs").readdirSync("/")'],
    ['write a file', 'require("fs").writeFileSync("/tmp/tidings-render-process", "x")'],
    ['start a process', 'require("child_process").execSync("id")'],
    ['start a thread', 'new (require("worker_threads").Worker)("1", { eval: true })'],
  ])('may not %s', (_, code) => {
    const output = runAsRenderProcess(
      `try { ${code}; console.log("it could") } catch (error) { console.log(error.code) }`,
    );
    expect(output.trim()).toBe('ERR_ACCESS_DENIED');
  });

  it('may use only a small heap', () => {
    const heap = Number(
      runAsRenderProcess('process.stdout.write(String(require("v8").getHeapStatistics().heap_size_limit))'),
    );
    expect(heap).toBeLessThan(200 * 1024 * 1024);
  });
});
