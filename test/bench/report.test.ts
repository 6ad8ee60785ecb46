import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { benchOptions } from '../../bench/options.ts';
import type { EngineFigures } from '../../bench/engine/run-engine.ts';
import type { Figures } from '../../bench/figures.ts';
import { reportOf } from '../../bench/report.ts';
import { benchResult } from '../../bench/result-file.ts';
import { writePage } from '../../bench/results-page.ts';
import { summaryOf } from '../../bench/summary.ts';

const ENGINE: EngineFigures = {
  messages: 10_000,
  messages_per_call: 1,
  messages_per_second: 2_000,
  seconds: 5,
  fold_tail_seconds: 0.1,
  run_seconds: 7,
  history_events: 450,
  events_per_message: 0.045,
  steps: { claim: { count: 313, p50_ms: 10, p95_ms: 20, p99_ms: 30 } },
  processes: { worker: { cpu_seconds: 3, peak_mb: 400 } },
};
const OPTIONS = benchOptions([]);
const BARE = {
  messages: 10_000,
  messages_per_call: 1,
  messages_per_second: 8_000,
  by_calls: {},
  processes: {},
};
const WEBHOOKS = {
  acknowledged: 75_000,
  refused: 0,
  seconds: 15,
  ack_p50_ms: 1,
  ack_p95_ms: 2,
  ack_p99_ms: 3,
  offered_per_second: 5_000,
  acknowledged_per_second: 5_000,
  connections: 200,
  fold_tail_seconds: 0,
  processes: {},
};

describe('the summary of a measurement', () => {
  it('holds the engine against the others, and leaves open what was not measured', () => {
    expect(summaryOf({ engine: ENGINE, bare: BARE }, OPTIONS)).toMatchObject({
      engine_to_bare: 0.25,
      engine_to_per_customer: null,
      events_per_message: 0.045,
      events_per_message_spread: null,
      scale_100k_to_10k: null,
      worker_peak_mb: 400,
      folding_keeps_up: true,
      machine_too_busy: false,
    });
  });

  it('holds gathered reports against gathered reports', () => {
    const figures = {
      ...{ engine: ENGINE, bare: BARE },
      engine_gathered: { ...ENGINE, messages_per_second: 3_000 },
      bare_gathered: { ...BARE, messages_per_second: 15_000 },
    };
    expect(summaryOf(figures, OPTIONS)).toMatchObject({ engine_to_bare: 0.25, engine_to_bare_gathered: 0.2 });
  });

  it('compares 100,000 customers with 10,000 and nothing else', () => {
    const large = { ...ENGINE, messages: 100_000, messages_per_second: 1_900 };
    const beside = [1_600, 2_400].map((rate) => ({ ...ENGINE, messages_per_second: rate }));
    const ratio = (figures: Figures): number | null => summaryOf(figures, OPTIONS).scale_100k_to_10k;
    expect(ratio({ engine_large: large, engine_beside_large: beside })).toBe(0.95);
    expect(ratio({ engine: ENGINE, engine_large: large })).toBeNull();
    expect(
      ratio({ engine_large: { ...large, messages: 1_000_000 }, engine_beside_large: beside }),
    ).toBeNull();
    const fewer = beside.map((run) => ({ ...run, messages: 500 }));
    expect(ratio({ engine_large: large, engine_beside_large: fewer })).toBeNull();
  });

  it('says so when folding lags behind, or the machine was busy with something else', () => {
    const figures = {
      engine: { ...ENGINE, fold_tail_seconds: 0.6 },
      bare: { ...BARE, messages_per_second: 3_900 },
    };
    expect(summaryOf(figures, OPTIONS)).toMatchObject({ folding_keeps_up: false, machine_too_busy: true });
  });
});

describe('the page of results', () => {
  it('shows what was measured, names the raw figures, and says what was not', async () => {
    const figures = { engine: ENGINE };
    const result = await benchResult('npm run bench -- --quick', 100, summaryOf(figures, OPTIONS), figures);
    const page = reportOf(result, 'results/raw.json');
    expect(page).toContain('`npm run bench -- --quick` from [the raw figures](results/raw.json)');
    expect(page).toContain('| events a message, receipts at once | 0.045 | ≤ 0.1 |');
    expect(page).toContain(
      '| engine ÷ bare loop, one message a call, one report a callback | not measured | ≥ 0.25 |',
    );
    expect(page).toContain('| at once | 10 / 20 / 30 | – | – | – |');
    expect(page).toContain('## What is not measured');
    expect(page).not.toContain('## Webhooks');
  });

  it('is made of the newest standard run and the newest million, whatever else was measured since', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tidings-results-'));
    const page = path.join(folder, 'RESULTS.md');
    const write = async (name: string, command: string, figures: Figures): Promise<void> => {
      const result = await benchResult(command, 100, summaryOf(figures, OPTIONS), figures);
      await writeFile(path.join(folder, name), JSON.stringify(result));
      await writePage(folder, page);
    };
    const large = { ...ENGINE, messages: 100_000 };
    const beside = [ENGINE, ENGINE];
    const standard = {
      ...{ engine: ENGINE, engine_large: large, bare: BARE, webhooks: WEBHOOKS },
      engine_beside_large: beside,
    };
    await write('1.json', 'the standard', standard);
    const histories = {
      workflows: 2_001,
      events: 44_000,
      bytes: 31_400_000,
      most_events: 90,
      most_bytes: 61_234,
    };
    await write('2.json', 'the million', {
      ...standard,
      engine_large: { ...ENGINE, messages: 1_000_000, histories },
    });
    await write('3.json', 'the quick one', { engine: ENGINE, bare: BARE });
    const text = await readFile(page, 'utf8');
    expect(text).toContain('Made by `the standard` from [the raw figures](results/1.json)');
    expect(text).toContain('`the million`, [raw figures](results/2.json)');
    expect(text).toContain(
      'in 2001 histories of 31 MB together; the longest has 90 events, the largest 61 kB.',
    );
    expect(text).not.toContain('the quick one');
    await rm(folder, { recursive: true });
  });
});
