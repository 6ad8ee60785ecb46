import type { Audience } from '../../database/admitted-sql.ts';
import { forecast, type ForecastRow } from '../../database/forecast.ts';
import { readGateSettings } from '../../database/launch-facts.ts';
import { MessageLinks } from '../../database/message-links.ts';
import { inTransaction } from '../../database/transaction.ts';
import { firstMessages } from '../../domain/first-message.ts';
import { BREAKER_OPEN, QUIET_HOURS } from '../../domain/gate.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { DryRunReport } from '../schemas/dry-run.ts';
import { readProjectResources } from './check-scenario.ts';
import { assertRunsKnown } from './launch-conditions.ts';
import type { LaunchOptions } from './launch-options.ts';
import { launchWarnings, type Openings } from './launch-warnings.ts';
import { readMessageTargets } from './message-targets.ts';
import { readFrozen } from './read-frozen.ts';

/**
 * Tells what a launch would do now, of one snapshot, and stores nothing.
 *
 * What only a launch refuses (an unexpected audience, a run cancelled before) is a warning here.
 * @throws ApiProblem `not_found`, `scenario_archived`, `invalid_scenario`, `unknown_run`
 */
export async function dryRun(
  { pool, prisma, providers, config }: ApiDependencies,
  { projectId, id: scenarioId }: { readonly projectId: string; readonly id: string },
  options: LaunchOptions,
): Promise<DryRunReport> {
  const { publicUrl, testNumbers, timings } = config;
  const { excludeRuns = [] } = options;
  const resources = await readProjectResources(prisma, projectId);
  return inTransaction(pool, async (connection) => {
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const frozen = await readFrozen(connection, { projectId, scenarioId, resources, publicUrl });
    await assertRunsKnown(connection, projectId, excludeRuns);
    const settings = await readGateSettings(connection, projectId);
    const targets = await readMessageTargets(connection, providers, projectId, frozen);
    const audience: Audience = { projectId, filter: frozen.audience, excludeRuns };
    const { tree: firstMessage, truncated } = firstMessages(frozen);
    const nodes = targets.map((target) => ({
      ...target,
      held: target.holds.length > 0,
      breakerOpen: target.breaker !== undefined,
    }));
    const { windowMarginMs } = timings;
    const asked = { ...settings, audience, testNumbers, windowMarginMs, firstMessage, nodes };
    const rows = await forecast(connection, asked);
    const figures = figuresOf(rows);
    const opens = openingsOf(rows);
    const input = {
      ...{ scenarioId, audience, targets, figures, opens, truncated, options },
      ...{ nodes: frozen.nodes, publicUrl, messageLink: new MessageLinks(config).placeholder },
    };
    return { ...figures, warnings: [...(await launchWarnings(connection, input))] };
  });
}

type Figures = Omit<DryRunReport, 'warnings'>;

function figuresOf(rows: readonly ForecastRow[]): Figures {
  const nodeIds = [...new Set(rows.flatMap(({ nodeId }) => nodeId ?? []))];
  return {
    ...sum(rows),
    noMessage: rows.find(({ nodeId }) => nodeId === null)?.customers ?? 0,
    nodes: nodeIds.map((nodeId) => ({
      node_id: nodeId,
      ...sum(rows.filter((row) => row.nodeId === nodeId)),
    })),
  };
}

/** What those are counted as whom nothing keeps in for good. */
const FIGURES: Readonly<Record<string, 'eligible' | 'held' | 'quietHours'>> = {
  send: 'eligible',
  held: 'held',
  [BREAKER_OPEN]: 'held',
  [QUIET_HOURS]: 'quietHours',
};

/** When the first and the last may be sent to of those who wait for the morning; undefined where nobody does. */
function openingsOf(rows: readonly ForecastRow[]): Openings | undefined {
  const instants = rows.flatMap(({ opensFrom, opensBy }) => [opensFrom, opensBy]);
  const known = instants.flatMap((instant) => instant?.getTime() ?? []);
  return known.length === 0
    ? undefined
    : { first: new Date(Math.min(...known)), last: new Date(Math.max(...known)) };
}

function sum(
  rows: readonly ForecastRow[],
): Pick<Figures, 'audience' | 'eligible' | 'held' | 'quietHours' | 'suppressed'> {
  const figures = { audience: 0, eligible: 0, held: 0, quietHours: 0 };
  const suppressed: Record<string, number> = {};
  const keepIn = (reason: string, customers: number): void => {
    if (customers > 0) suppressed[reason] = (suppressed[reason] ?? 0) + customers;
  };
  for (const { nodeId, verdict, customers, numbers } of rows) {
    figures.audience += customers;
    if (nodeId === null) continue;
    const figure = FIGURES[verdict];
    if (figure) {
      figures[figure] += numbers;
      keepIn('duplicate_number', customers - numbers);
    } else keepIn(verdict, customers);
  }
  return { ...figures, suppressed };
}
