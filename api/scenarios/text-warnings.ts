import type { ScenarioNode } from '../../domain/scenario.ts';
import { countSegments, forcingCharacters, type ForcingCharacter } from '../../domain/segments.ts';
import { smartText } from '../../domain/smart-text.ts';
import { referencesOf } from './named-media.ts';
import { fallbackToAll, textToAll } from './text-to-all.ts';

/** Most characters that a sentence names. */
const MAX_NAMED = 5;

export interface TextWarning {
  readonly nodeId: string;
  /** Of the node in the scenario. */
  readonly index: number;
  /** Where in its configuration the text stands. */
  readonly path: readonly string[];
  readonly code: 'text_forces_ucs2' | 'text_several_segments';
  readonly message: string;
}

/**
 * What of the texts of SMS is costly for everybody, whoever the customer is; nothing is said of what has problems.
 * @param link as long as the address of what an MMS says
 */
export function textWarnings(nodes: readonly ScenarioNode[], link: string): readonly TextWarning[] {
  return nodes.flatMap((node, index) => {
    const { channel, fallbackChannel } = referencesOf(node) ?? {};
    const at = { nodeId: node.id, index };
    return [
      ...(channel === 'sms' ? warningsOf({ ...at, path: ['text'] }, 'text', textToAll(node)) : []),
      ...(fallbackChannel === 'sms'
        ? warningsOf({ ...at, path: ['fallback', 'text'] }, 'fallback text', fallbackToAll(node, link))
        : []),
    ];
  });
}

type Place = Pick<TextWarning, 'nodeId' | 'index' | 'path'>;

function warningsOf(at: Place, what: string, text: string): readonly TextWarning[] {
  return text === '' ? [] : [...ucs2Warnings(at, what, text), ...lengthWarnings(at, what, text)];
}

function ucs2Warnings(at: Place, what: string, text: string): readonly TextWarning[] {
  const forcing = forcingCharacters(text);
  if (forcing.length === 0) return [];
  const more = forcing.length > MAX_NAMED ? ` and ${forcing.length - MAX_NAMED} others` : '';
  const advice =
    smartText(text) === text
      ? 'Write it without them, if it can be.'
      : 'Set smartEncoding to have them replaced.';
  const message =
    `The ${what} of "${at.nodeId}" has ${forcing.slice(0, MAX_NAMED).map(nameOf).join(', ')}${more}, which GSM-7 lacks: ` +
    `an SMS of it takes 70 characters instead of 160. ${advice}`;
  return [{ ...at, code: 'text_forces_ucs2', message }];
}

function nameOf({ character, codePoint }: ForcingCharacter): string {
  return /[\p{C}\p{Z}\p{M}]/u.test(character) ? codePoint : `${character} (${codePoint})`;
}

function lengthWarnings(at: Place, what: string, text: string): readonly TextWarning[] {
  const { encoding, segments } = countSegments(text);
  if (segments === 1) return [];
  const message =
    `The ${what} of "${at.nodeId}" takes ${segments} segments (${encoding}) before anything of the customer's is filled in: ` +
    `each is sent, and paid, as a message.`;
  return [{ ...at, code: 'text_several_segments', message }];
}
