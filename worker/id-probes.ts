import type { Dependencies } from '../activities/dependencies.ts';
import { callProvider } from '../activities/message/micro-batch.ts';
import { claimIdProbe, type ClaimedIdProbe, type IdProbeTerms } from '../database/claim-id-probe.ts';
import { dropIdProbe, recordIdProbe, type IdProbePauses } from '../database/record-id-probe.ts';
import { PermanentError } from '../domain/errors.ts';
import { callsTestNumbersOnly } from '../domain/gate.ts';
import { ID_PROBE_TEXT, longestRepeatMs } from '../domain/id-probe.ts';
import type { MessageProvider } from '../providers/provider.ts';

const CONTENT = { subject: null, text: ID_PROBE_TEXT, media: [] };
/** How long a provider may try to deliver a probe's message. */
const VALID_FOR_MS = 3_600_000;

/**
 * Makes the call of a probe that is due: its first message, or the repeat of its id.
 * @returns whether there may be more
 */
export async function makeIdProbe(deps: Dependencies): Promise<boolean> {
  const terms = termsOf(deps);
  const claim = await claimIdProbe(deps.pool, terms);
  if (claim === 'none') return false;
  if (claim !== 'settled') await callAndRecord(deps, claim, terms);
  return true;
}

function termsOf({ timings, testNumbers, providers }: Dependencies): IdProbeTerms {
  return {
    waitMs: longestRepeatMs(timings),
    claimGraceMs: timings.claimGraceMs,
    recheckMs: timings.holdRecheckMs,
    retryMs: timings.retryMs.at(-1) ?? timings.holdRecheckMs,
    breakerProbeMs: timings.breakerProbeMs,
    forbids: ({ mode, to, integration }) => {
      if (integration.baseUrl === null) return 'integration_not_configured';
      const providerIsLocal = providers.isLocal(integration);
      const isForbidden = callsTestNumbersOnly({ mode, providerIsLocal }) && !testNumbers.has(to);
      return isForbidden ? 'not_in_allow_list' : undefined;
    },
  };
}

async function callAndRecord(
  deps: Dependencies,
  claim: ClaimedIdProbe,
  pauses: IdProbePauses,
): Promise<void> {
  const { id, channel, sender, to, token, integration, committedAfter } = claim;
  let provider: MessageProvider;
  try {
    provider = deps.providers.get(integration);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return dropIdProbe(deps.pool, claim, error.code);
  }
  const scope = { channel, sender, token, integrationId: integration.id, committedAfter };
  const call = await callProvider(deps, provider, { ...scope, receiptDeadlineMs: VALID_FOR_MS }, [
    { id, to, content: CONTENT, validForMs: VALID_FOR_MS },
  ]);
  deps.breakerWatch.suspect(integration.id);
  const told = deps.breakerWatch.tell(call);
  const [outcome] = call.outcomes;
  if (!outcome) throw new Error('A call has an outcome for its message.');
  const state = await recordIdProbe(deps.pool, claim, outcome, pauses);
  await told;
  deps.log.info(
    { integration: integration.key, channel, state: state ?? 'given up' },
    'a probe was called for',
  );
}
