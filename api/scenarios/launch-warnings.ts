import { attributesOfNobody } from '../../database/forecast.ts';
import type { Audience } from '../../database/admitted-sql.ts';
import { readOpenRuns } from '../../database/launch-facts.ts';
import type { Queryable } from '../../database/pool.ts';
import { BUILT_IN_ATTRIBUTES } from '../../domain/audience-filter.ts';
import { inWords } from '../../domain/explanations.ts';
import type { ScenarioNode } from '../../domain/scenario.ts';
import { explainBreaker } from '../integrations/run-breakers.ts';
import type { DryRunReport, LaunchWarning } from '../schemas/dry-run.ts';
import { audienceSurprise, repeatedRecipients } from './launch-conditions.ts';
import type { LaunchOptions } from './launch-options.ts';
import { mediaWarnings } from './media-warnings.ts';
import type { MessageTarget } from './message-targets.ts';
import { textWarnings } from './text-warnings.ts';

export interface WarningsInput {
  readonly scenarioId: string;
  /** Of the scenario as a launch would freeze it. */
  readonly nodes: readonly ScenarioNode[];
  readonly publicUrl: string;
  /** As long as the address of what an MMS says. */
  readonly messageLink: string;
  readonly audience: Audience;
  readonly targets: readonly MessageTarget[];
  readonly figures: Omit<DryRunReport, 'warnings'>;
  /** Of those who wait for the morning, if anybody does. */
  readonly opens: Openings | undefined;
  readonly truncated: boolean;
  readonly options: LaunchOptions;
}

/** When the first and the last may be sent to. */
export interface Openings {
  readonly first: Date;
  readonly last: Date;
}

/** What its author should know before this launch; what would refuse it comes first. */
export async function launchWarnings(
  database: Queryable,
  input: WarningsInput,
): Promise<readonly LaunchWarning[]> {
  const { figures, options, targets } = input;
  const { expectedAudience } = options;
  const surprise =
    expectedAudience === undefined ? undefined : audienceSurprise(figures.audience, expectedAudience);
  const repeated = await repeatedRecipients(database, input.scenarioId, options);
  return [
    ...(surprise === undefined ? [] : [{ code: 'unexpected_audience', message: surprise } as const]),
    ...(repeated === undefined ? [] : [{ code: 'cancelled_run_before', message: repeated } as const]),
    ...figureWarnings(input),
    ...(await openRunWarnings(database, input.scenarioId)),
    ...holdWarnings(targets),
    ...breakerWarnings(targets),
    ...targets.flatMap(({ nodeId, notConfigured }): LaunchWarning[] =>
      notConfigured === undefined
        ? []
        : [{ code: 'integration_not_configured', message: notConfigured, node_id: nodeId }],
    ),
    ...textWarnings(input.nodes, input.messageLink).map(({ code, message, nodeId }) => ({
      code,
      message,
      node_id: nodeId,
    })),
    ...mediaWarnings(input.nodes, input.publicUrl).map(({ code, message, nodeId }) => ({
      ...{ code, message, node_id: nodeId },
    })),
    ...(figures.audience === 0 ? [] : await attributeWarnings(database, input)),
  ];
}

function figureWarnings({ figures, opens, targets, truncated }: WarningsInput): readonly LaunchWarning[] {
  const warnings: LaunchWarning[] = [];
  const { audience, eligible, held, quietHours, suppressed } = figures;
  if (audience === 0)
    warnings.push({ code: 'audience_empty', message: 'Nobody matches the audience: nothing would be sent.' });
  else if (eligible === 0 && held === 0 && quietHours === 0 && targets.length > 0) {
    const message = `None of the ${audience} customers would get a message now: "suppressed" says why.`;
    warnings.push({ code: 'nobody_eligible', message });
  }
  if (opens && quietHours > 0) {
    const [first, last] = [inWords(opens.first), inWords(opens.last)];
    const until = first === last ? `until ${first}` : `until between ${first} and ${last}`;
    const message = `${quietHours} of those who could be sent to would wait ${until}: marketing is sent between 8:00 and 21:00 where they are.`;
    warnings.push({ code: 'quiet_hours', message, customers: quietHours, until: opens.last.toISOString() });
  }
  const duplicates = suppressed['duplicate_number'] ?? 0;
  if (duplicates > 0) {
    const message = `${duplicates} of those who could be sent to share a number with another one: a number gets a message once.`;
    warnings.push({ code: 'duplicate_numbers', message, customers: duplicates });
  }
  if (truncated) {
    const message =
      'There are too many ways to the first message: customers on some are counted in "noMessage".';
    warnings.push({ code: 'too_many_branches', message });
  }
  return warnings;
}

async function openRunWarnings(database: Queryable, scenarioId: string): Promise<readonly LaunchWarning[]> {
  const runs = await readOpenRuns(database, scenarioId);
  if (runs.length === 0) return [];
  const message =
    runs.length === 1
      ? `A run of this scenario is still open: ${runs[0] ?? ''}. Whoever is in both gets the messages of both.`
      : `${runs.length} runs of this scenario are still open. Whoever is in several gets the messages of each.`;
  return [{ code: 'run_open', message, runs: [...runs] }];
}

function holdWarnings(targets: readonly MessageTarget[]): readonly LaunchWarning[] {
  const holds = new Map(
    targets.flatMap((target) => target.holds.map((hold) => [`${hold.scope} ${hold.key ?? ''}`, hold])),
  );
  return [...holds.values()].map(({ scope, key, reason, actor }) => ({
    code: 'hold_in_force',
    message: `Nothing of this ${scope}${key === null ? '' : ` "${key}"`} is sent until ${actor}'s hold is lifted: ${reason}`,
    scope,
    key,
  }));
}

function breakerWarnings(targets: readonly MessageTarget[]): readonly LaunchWarning[] {
  const breakers = new Map(
    targets.flatMap(({ breaker }) => (breaker ? [[breaker.integration, breaker]] : [])),
  );
  return [...breakers.values()].map((breaker) => ({
    code: 'breaker_open',
    message: explainBreaker(breaker),
    integration: breaker.integration,
  }));
}

async function attributeWarnings(
  database: Queryable,
  { audience, targets }: WarningsInput,
): Promise<readonly LaunchWarning[]> {
  const builtIn: readonly string[] = BUILT_IN_ATTRIBUTES;
  const named = new Set(targets.flatMap(({ attributes }) => attributes));
  const nobodys = await attributesOfNobody(
    database,
    audience,
    [...named].filter((name) => !builtIn.includes(name)),
  );
  return targets.flatMap(({ nodeId, attributes }) =>
    attributes
      .filter((name) => nobodys.includes(name))
      .map((name) => ({
        code: 'attribute_of_nobody' as const,
        message: `The text of "${nodeId}" names customer.${name}, which nobody in the audience has.`,
        node_id: nodeId,
        attribute: name,
      })),
  );
}
