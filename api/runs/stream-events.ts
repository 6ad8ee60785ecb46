import { once } from 'node:events';
import type { Response } from 'express';
import type { Pool } from '../../database/pool.ts';
import type { CampaignEvent, CampaignEventStatus } from '../../domain/campaign-event.ts';
import type { Channel } from '../../domain/channel.ts';
import type { RunRow } from './read-run.ts';

/** Events read at once. */
const PAGE = 1_000;

interface EventRow {
  id: string;
  seq: string;
  at: Date;
  customer_id: string;
  message_id: string;
  action_id: number;
  channel: Channel;
  status: CampaignEventStatus;
  type: Channel | null;
  status_code: string | null;
  error: string | null;
  parts: number | null;
}

/** Writes a run's campaign events in the order in which they were appended, a JSON object a line. */
export async function streamEvents(
  { pool, run, categories }: { pool: Pool; run: RunRow; categories: ReadonlyMap<string, string> },
  response: Response,
): Promise<void> {
  response.status(200).type('application/x-ndjson');
  let after = '0';
  for (;;) {
    const { rows } = await pool.query<EventRow>(
      `SELECT id, seq, at, customer_id, message_id, action_id, channel, status, type, status_code, error, parts
       FROM campaign_event WHERE month = $1 AND run_id = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
      [run.month, run.id, after, PAGE],
    );
    const lines = rows.map((row) => `${JSON.stringify(campaignEvent(run, row, categories))}\n`).join('');
    if (lines !== '' && !response.write(lines)) await once(response, 'drain');
    const last = rows.at(-1);
    if (!last || rows.length < PAGE || response.destroyed) break;
    after = last.seq;
  }
  response.end();
}

function campaignEvent(run: RunRow, row: EventRow, categories: ReadonlyMap<string, string>): CampaignEvent {
  const node = run.frozen.nodes.find((candidate) => candidate.actionId === row.action_id);
  const category = textOf(node?.config['category']);
  return {
    event: 'campaign',
    event_id: row.id,
    timestamp: row.at.toISOString(),
    run_id: run.id,
    customer_id: row.customer_id,
    message_id: row.message_id,
    action_type: row.channel,
    status: row.status,
    action_id: row.action_id,
    action_name: node?.name ?? '',
    test: run.test,
    campaign_id: run.scenarioId,
    campaign_name: run.scenarioName,
    campaign_policy: textOf(node?.config['policy']),
    consent_category: categories.get(category) ?? category,
    type: row.type,
    status_code: row.status_code,
    error: row.error,
    number_of_message_parts: row.parts,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
