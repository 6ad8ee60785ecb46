import { Parameters } from '../../database/audience-sql.ts';
import { verdictSql } from '../../database/verdict-sql.ts';
import { decideVerdict, PROJECT_MODES, type GateFacts } from '../../domain/gate.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(1);
});
afterAll(() => database.drop());

const CHOICES = {
  mode: PROJECT_MODES,
  providerIsLocal: [true, false],
  consentClass: ['marketing', 'transactional'],
  customerDeleted: [false, true],
  number: ['none', 'invalid', 'valid'],
  country: ['US', 'GU', 'MX', null],
  isTestNumber: [true, false],
  optedOut: [false, true],
  consent: ['granted', 'unproven', 'revoked', null],
  consentForThisNumber: [true, false],
  heldBy: [null, 'a complaint'],
  window: [null, { opensAt: 900, closesAt: 9_000 }, { opensAt: 5_000, closesAt: 9_000 }],
  probeAt: [null, 1_500],
  capReached: [false, true],
} as const satisfies { [Fact in keyof GateFacts]?: readonly GateFacts[Fact][] };

/** Every combination of what the gate may know of a message that is not late. */
function everyCase(): readonly GateFacts[] {
  const common = { isTest: false, now: 1_000, staleAfter: 6_000, recheckMs: 30_000 };
  return Object.entries(CHOICES).reduce<readonly object[]>(
    (cases, [fact, values]) => cases.flatMap((one) => values.map((value) => ({ ...one, [fact]: value }))),
    [common],
  ) as readonly GateFacts[];
}

function wordOf(facts: GateFacts): string {
  const verdict = decideVerdict(facts);
  if (verdict.kind === 'suppress' || verdict.kind === 'defer') return verdict.reason;
  return verdict.kind;
}

it('a dry run gives the reason that the gate gives, for every combination of facts', async () => {
  const cases = everyCase();
  const rowsOfCases = cases.map(({ window, ...facts }) => ({ ...facts, opensAt: window?.opensAt ?? null }));
  const parameters = new Parameters([JSON.stringify(rowsOfCases)]);
  const verdict = verdictSql(
    {
      mode: 'mode',
      providerIsLocal: '"providerIsLocal"',
      consentClass: '"consentClass"',
      customerDeleted: '"customerDeleted"',
      number: 'number',
      country: 'country',
      isTestNumber: '"isTestNumber"',
      optedOut: '"optedOut"',
      consent: 'consent',
      consentForThisNumber: '"consentForThisNumber"',
      noCommonHours: '("opensAt" IS NULL)',
      quietHours: '"opensAt" > 1000',
      held: '("heldBy" IS NOT NULL)',
      breakerOpen: '("probeAt" IS NOT NULL)',
      capReached: '"capReached"',
    },
    parameters,
  );
  const { rows } = await database.pool.query<{ verdict: string }>(
    `SELECT ${verdict} AS verdict
     FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (
       mode text, "providerIsLocal" boolean, "consentClass" text, "customerDeleted" boolean, number text, country text,
       "isTestNumber" boolean, "optedOut" boolean, consent text, "consentForThisNumber" boolean, "heldBy" text, "probeAt" int,
       "capReached" boolean, "opensAt" float8))
     WITH ORDINALITY ORDER BY ordinality`,
    parameters.values,
  );
  const differing = cases.filter((facts, index) => wordOf(facts) !== rows[index]?.verdict);
  expect(cases.length).toBeGreaterThan(10_000);
  expect(rows).toHaveLength(cases.length);
  expect(differing).toEqual([]);
  expect(new Set(rows.map((row) => row.verdict)).size).toBe(16);
});
