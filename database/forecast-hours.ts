import { callingWindow, type Whereabouts } from '../domain/calling-hours.ts';
import { admittedSql, type Audience } from './admitted-sql.ts';
import { Parameters } from './audience-sql.ts';
import { longQuery, type Queryable } from './pool.ts';

/** Where some of an audience may be, and what time it is. */
export interface HoursInput {
  readonly clockOffsetMs: number;
  readonly windowMarginMs: number;
}

interface Place extends Whereabouts {
  /** By the clock of the database. */
  readonly now: number;
}

/** What tells where a customer may be: the number with its area code, the country, the profile's zone. */
const PREFIX = `CASE WHEN customer.phone_state = 'valid' AND starts_with(customer.phone, '+1')
  THEN left(customer.phone, 5) ELSE '' END`;
const COUNTRY = `coalesce(recipient.country, '')`;
const TIMEZONE = `coalesce(customer.timezone, '')`;

/** Where those may be whom a launch would admit now: a few hundred places, however many customers. */
export async function readWhereabouts(database: Queryable, audience: Audience): Promise<readonly Place[]> {
  const parameters = new Parameters();
  const text = `
    SELECT DISTINCT ${PREFIX} AS phone, ${COUNTRY} AS country, ${TIMEZONE} AS timezone,
           (extract(epoch FROM statement_timestamp()) * 1000)::float8 AS now
    FROM customer LEFT JOIN recipient ON recipient.id = customer.recipient_id
    WHERE ${admittedSql(audience, parameters)}`;
  const { rows } = await database.query<Place, unknown[]>(longQuery(text, parameters.values));
  return rows;
}

/** Joins when marketing may be sent to customers who may be in these places, by the clock of the database. */
export function hoursSql(input: HoursInput, places: readonly Place[], parameters: Parameters): string {
  const rows = places.flatMap((place) => [hoursAt(place, input, true), hoursAt(place, input, false)]);
  return `LEFT JOIN jsonb_to_recordset(${parameters.add(JSON.stringify(rows))}::jsonb)
        AS hours (local boolean, phone text, country text, timezone text, opens_at float8, closed boolean)
        ON hours.local = node.provider_is_local AND hours.phone = ${PREFIX} AND hours.country = ${COUNTRY}
          AND hours.timezone = ${TIMEZONE}`;
}

/** @param local whether the provider is on this machine: nothing that is real goes by a clock that was set */
function hoursAt(place: Place, { clockOffsetMs, windowMarginMs }: HoursInput, local: boolean): object {
  const { phone, country, timezone, now } = place;
  const offset = local ? clockOffsetMs : 0;
  const who = { phone, country, timezone: timezone === '' ? null : timezone };
  const window = callingWindow(who, now + offset, windowMarginMs);
  return {
    ...{ local, phone, country, timezone },
    opens_at: window && window.opensAt - offset,
    closed: window !== null && now + offset < window.opensAt,
  };
}
