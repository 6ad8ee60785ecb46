import { readDeferrals } from '../../database/deferrals.ts';
import type { Queryable } from '../../database/pool.ts';
import { callingWindow, type Whereabouts } from '../../domain/calling-hours.ts';
import { FEDERAL_HOURS } from '../../domain/calling-window.ts';
import { inWords } from '../../domain/explanations.ts';
import { QUIET_HOURS } from '../../domain/gate.ts';
import { hasEnded, type RunRow } from './read-run.ts';

/** How many customers of a run wait for the hours in which marketing may reach them, and until when. */
export async function quietHoursOfRun(
  database: Queryable,
  run: Pick<RunRow, 'id' | 'state'>,
): Promise<readonly { node_id: string; until: Date; customers: number }[]> {
  if (hasEnded(run)) return [];
  const deferrals = await readDeferrals(database, run.id, QUIET_HOURS);
  return deferrals.map(({ nodeId, until, customers }) => ({ node_id: nodeId, until, customers }));
}

/** Where a customer may be, as it is known now, and how far the project's clock is ahead of the database's. */
export interface CustomerClock extends Whereabouts {
  readonly offset: number;
}

export async function readCustomerClock(
  database: Queryable,
  customerId: string,
): Promise<CustomerClock | undefined> {
  const { rows } = await database.query<CustomerClock>(
    `SELECT customer.phone, recipient.country, customer.timezone, project.clock_offset_ms::float8 AS offset
     FROM customer JOIN project ON project.id = customer.project_id
     LEFT JOIN recipient ON recipient.id = customer.recipient_id WHERE customer.id = $1`,
    [customerId],
  );
  return rows[0];
}

/** Says what a customer waits for who was put off until the morning. */
export function explainQuietHours(until: Date, clock: CustomerClock | undefined): string {
  const { opensAt, closesAt } = FEDERAL_HOURS;
  const hours = `Marketing is sent between ${opensAt}:00 and ${closesAt}:00 where the customer may be`;
  const zone = clock && zoneOpeningAt(until.getTime() + clock.offset, clock);
  const morning = zone === undefined ? '' : ` ${opensAt}:00 in ${zone},`;
  const set = clock && clock.offset !== 0 ? ", by the project's own clock" : '';
  return `${hours}: it waits for${morning} ${inWords(until)}${set}.`;
}

/** Says what a customer had waited for. */
export function explainMorning(until: Date): string {
  return `It had waited until ${inWords(until)} for the hours in which marketing may be sent.`;
}

/** The zone whose morning it is; none where the customer may be somewhere else by now. */
function zoneOpeningAt(instant: number, who: Whereabouts): string | undefined {
  const window = callingWindow(who, instant, 0);
  return window?.opensAt === instant ? window.zone : undefined;
}
