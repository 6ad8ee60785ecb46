import { readFileSync } from 'node:fs';
import path from 'node:path';

const EXAMPLES = path.join(import.meta.dirname, '..', '..', 'examples');

/** The scenario of the demo. */
export const SCENARIO_EXAMPLE: unknown = JSON.parse(
  readFileSync(path.join(EXAMPLES, 'summer-sale.json'), 'utf8'),
);

const CONSENT = {
  'consent.marketing.granted': true,
  'consent.marketing.time': '2026-03-01T12:00:00Z',
  'consent.marketing.method': 'web_form',
  'consent.marketing.source': 'https://shop.example.com/club',
};

/** Two customers as NDJSON. */
export const NDJSON_EXAMPLE = [
  { externalId: 'c-1', phone: '+12125550201', timezone: 'America/New_York', first_name: 'Ana', points: 12 },
  { externalId: 'c-2', phone: '+13125550202', timezone: 'America/Chicago', first_name: 'Bo', points: 7 },
]
  .map((customer) => `${JSON.stringify({ ...customer, ...CONSENT })}\n`)
  .join('');

/** The same two as CSV. */
export const CSV_EXAMPLE = [
  ['externalId', 'phone', 'timezone', 'first_name', 'points:number', ...Object.keys(CONSENT)],
  ['c-1', '+12125550201', 'America/New_York', 'Ana', '12', ...Object.values(CONSENT)],
  ['c-2', '+13125550202', 'America/Chicago', 'Bo', '7', ...Object.values(CONSENT)],
]
  .map((cells) => `${cells.join(',')}\n`)
  .join('');
