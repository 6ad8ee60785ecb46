import type { ScenarioNode } from '../../domain/scenario.ts';
import { smartText } from '../../domain/smart-text.ts';
import { nodeDefinition } from '../../nodes/types.ts';
import { checkTemplate } from '../../templates/check.ts';
import { constantText, isConstant } from '../../templates/constant-text.ts';

/** Whether not everybody gets the same text and the same subject. */
export function isPersonal(node: ScenarioNode): boolean {
  return [sourceOf(node, '/text'), sourceOf(node, '/subject')].some((source) => !isConstant(source));
}

/**
 * What a text of a message says to everybody, as it is sent; nothing where its template or configuration has problems.
 * @param which default: the message's own text
 */
export function textToAll(node: ScenarioNode, which: '/text' | '/subject' = '/text'): string {
  return saidToAll(node, which);
}

/** The same of the SMS in place of an MMS. @param link as long as what `message.link` is for everybody */
export function fallbackToAll(node: ScenarioNode, link: string): string {
  const pointer = nodeDefinition(node.type, node.version)?.fallbackTemplate;
  return pointer === undefined ? '' : saidToAll(node, pointer, link);
}

function saidToAll(node: ScenarioNode, pointer: string, link?: string): string {
  const source = sourceOf(node, pointer);
  const ofFallback = pointer === nodeDefinition(node.type, node.version)?.fallbackTemplate;
  if (checkTemplate(source, { ofFallback }).length > 0) return '';
  const text = constantText(source, link);
  return pointer !== '/subject' && node.config['smartEncoding'] === true ? smartText(text) : text;
}

function sourceOf(node: ScenarioNode, pointer: string): string {
  const definition = nodeDefinition(node.type, node.version);
  const config = definition?.config.safeParse(node.config);
  return config?.success ? (definition?.templates?.(config.data)[pointer] ?? '') : '';
}
