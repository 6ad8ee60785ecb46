import type { z } from 'zod';
import { storedPhone } from '../../database/customers/phone-number.ts';
import {
  findIdProbeRecipient,
  findIdProbeSender,
  type IdProbeRecipient,
} from '../../database/id-probe-resources.ts';
import { readGateSettings } from '../../database/launch-facts.ts';
import type { Connection } from '../../database/pool.ts';
import type { IntegrationRow } from '../../database/read-integration.ts';
import { inTransaction } from '../../database/transaction.ts';
import { insertIdProbe } from '../../database/write-id-probe.ts';
import { lockIntegration } from '../../database/write-integration.ts';
import { callsTestNumbersOnly } from '../../domain/gate.ts';
import { isProviderName, PROVIDER_KINDS } from '../../providers/catalogue.ts';
import type { ProviderKind } from '../../providers/provider-kind.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problem.ts';
import type { integrationCheckBody } from '../schemas/id-probe.ts';

type Deps = Pick<ApiDependencies, 'pool' | 'config' | 'providers'>;
type Wanted = z.output<typeof integrationCheckBody> & { readonly probeTo: string };

/**
 * Stores a probe of whether an account refuses an id that it has taken; the pumps make it.
 * @throws ApiProblem `not_found`, `id_probe_not_offered`, `id_probe_open`, `bad_body`
 */
export function startIdProbe(
  { pool, config, providers }: Deps,
  projectId: string,
  integrationId: string,
  { probeTo, channel = 'sms', sender: key }: Wanted,
): Promise<void> {
  return inTransaction(pool, async (connection) => {
    const row = await lockIntegration(connection, projectId, { id: integrationId });
    if (!row) throw new ApiProblem('not_found', 'There is no integration with this id.');
    const { label, channels } = promising(row);
    if (!channels.includes(channel))
      throw badField('channel', 'bad_field', `${label} has no channel ${channel}.`);
    if (row.baseUrl === null)
      throw badField(
        'probeTo',
        'integration_not_configured',
        'The integration has no base URL. Give it one.',
      );
    const to = await recipientOf(connection, projectId, probeTo);
    const { mode } = await readGateSettings(connection, projectId);
    const restricted = callsTestNumbersOnly({ mode, providerIsLocal: providers.isLocal(row) });
    if (restricted && !config.testNumbers.includes(to.phone))
      throw badField(
        'probeTo',
        'not_in_allow_list',
        'The number of this test recipient is none of TEST_NUMBERS, and no other is called. Add it there.',
      );
    const sender = await findIdProbeSender(connection, projectId, { key, channel, integrationId: row.id });
    if (!sender) throw noSender(key);
    const id = await insertIdProbe(connection, {
      ...{ integrationId: row.id, channel, senderId: sender.id, sender: sender.value },
      ...{ testRecipientId: to.id, recipientId: to.recipientId },
    });
    if (id === undefined)
      throw new ApiProblem(
        'id_probe_open',
        'A probe of this integration is under way: read `idProbe` of the integration for how far it is.',
      );
  });
}

/** What is known of a vendor that says that it refuses known ids. */
function promising({ provider }: IntegrationRow): ProviderKind {
  const kind = isProviderName(provider) ? PROVIDER_KINDS[provider] : undefined;
  if (kind?.idempotentIds === 'assumed') return kind;
  throw new ApiProblem(
    'id_probe_not_offered',
    `${kind?.label ?? provider} does not say that it refuses an id that it knows, so there is nothing to probe: what is in doubt there is never repeated.`,
  );
}

async function recipientOf(
  connection: Connection,
  projectId: string,
  probeTo: string,
): Promise<IdProbeRecipient> {
  const phone = probeTo.startsWith('+') ? storedPhone(probeTo) : undefined;
  const number = phone?.state === 'valid' ? phone.e164 : null;
  const found = await findIdProbeRecipient(connection, projectId, { name: probeTo, phone: number });
  if (!found)
    throw badField(
      'probeTo',
      'unknown_test_recipient',
      'This is neither the name nor the number of a test recipient. Register it with POST /v1/test-recipients.',
    );
  if (found.optedOut)
    throw badField(
      'probeTo',
      'opted_out',
      'The number of this test recipient has opted out. Take another one.',
    );
  return found;
}

function noSender(key: string | undefined): ApiProblem {
  return key === undefined
    ? badField(
        'sender',
        'bad_field',
        'No sender sends this channel through the integration yet. Name one of the project with "sender".',
      )
    : badField('sender', 'unknown_sender', `There is no sender "${key}".`);
}

function badField(field: string, code: string, message: string): ApiProblem {
  return new ApiProblem('bad_body', message, { problems: [{ pointer: `/${field}`, code, message }] });
}
