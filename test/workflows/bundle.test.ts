import { readFile } from 'node:fs/promises';

let bundle: string;

beforeAll(async () => {
  bundle = await readFile(process.env['TEST_BUNDLE'] ?? '', 'utf8');
});

/** Modules that webpack put into the bundle, as their comments and paths name them. */
function contains(module: string): boolean {
  return new RegExp(`node_modules/${module}/`).test(bundle);
}

describe('the bundle of the workflows', () => {
  it.each(['zod', 'pg', 'express', 'undici', 'nunjucks', 'pino', '@prisma', 'fastest-levenshtein'])(
    'does not contain %s, which has no business in the sandbox',
    (module) => {
      expect(contains(module)).toBe(false);
    },
  );

  it('contains the walk and every behaviour', () => {
    expect(contains('@temporalio')).toBe(true);
    for (const file of [
      'walk/walk.ts',
      'nodes/shared/message-run.ts',
      'nodes/wait/v1/run.ts',
      'workflows/cohort-lead.ts',
    ]) {
      expect(bundle).toContain(file);
    }
  });

  it('contains nothing of the rooms that run in Node', () => {
    for (const room of [
      'activities',
      'database',
      'providers',
      'api',
      'config',
      'templates',
      'worker',
      'stack',
      'bench',
    ]) {
      expect(bundle).not.toMatch(new RegExp(`"\\./${room}/|/${room}/[a-z-]+\\.ts`));
    }
  });

  it('imports no Node module', () => {
    expect(bundle).not.toMatch(/require\("node:/);
  });
});
