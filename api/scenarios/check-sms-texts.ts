import type { ScenarioNode } from '../../domain/scenario.ts';
import { countSegments } from '../../domain/segments.ts';
import { smsLimitsOf, type SmsLimits } from '../../domain/sms-limits.ts';
import type { Problem } from '../../domain/validation/problem.ts';
import type { SenderResource } from './check-scenario.ts';
import { referencesOf } from './named-media.ts';
import { fallbackToAll, textToAll } from './text-to-all.ts';

/**
 * Texts of SMS that are too long for everybody, whoever the customer is: of SMS nodes and of the fallbacks of MMS.
 * @param pointer of the node's configuration
 */
export function checkSmsTexts(
  pointer: string,
  node: ScenarioNode,
  senders: readonly SenderResource[],
): readonly Problem[] {
  const { sender: key, channel, fallbackChannel } = referencesOf(node) ?? {};
  const sender = senders.find((profile) => profile.key === key);
  const limits = smsLimitsOf(sender?.smsProvider ?? null);
  if (!limits) return [];
  return [
    ...(channel === 'sms' ? lengthProblems(`${pointer}/text`, textToAll(node), limits) : []),
    ...(fallbackChannel === 'sms'
      ? lengthProblems(`${pointer}/fallback/text`, fallbackToAll(node, ''), limits)
      : []),
  ];
}

function lengthProblems(
  pointer: string,
  text: string,
  { characters, segments }: SmsLimits,
): readonly Problem[] {
  const { encoding, segments: taken } = countSegments(text);
  const [actual, max] =
    text.length > characters
      ? [`has ${text.length} characters`, characters]
      : [`takes ${taken} segments (${encoding})`, segments];
  if (text.length <= characters && taken <= segments) return [];
  const message = `The text ${actual} before anything of the customer's is filled in; the sender's SMS provider takes ${max}. Make it shorter.`;
  return [{ pointer, code: 'text_too_long', message }];
}
