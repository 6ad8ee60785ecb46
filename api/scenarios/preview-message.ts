import type { FrozenMessageNode } from '../../database/message-node.ts';
import type { MessageContent } from '../../domain/message-content.ts';
import { pointerOf, type Problem } from '../../domain/validation/problem.ts';
import type { ContentView, FallbackView, MessagePreview } from '../schemas/preview.ts';
import { textFigures } from '../texts/text-figures.ts';
import type { NodeFacts } from './preview-facts.ts';
import { renderLeg, type PreviewRendering, type RenderedLeg } from './preview-leg.ts';

export interface PreviewedMessage {
  readonly message: MessagePreview;
  readonly problems: readonly Problem[];
}

/** Tells what a node's message would say, and what would become of it. @param index of the node in the scenario */
export async function previewMessage(
  rendering: PreviewRendering,
  { node, sender, primary, fallback: instead }: NodeFacts,
  index: number,
): Promise<PreviewedMessage> {
  const { leg } = primary;
  const at = (...path: readonly string[]): string => pointerOf('nodes', index, 'config', ...path);
  const { category } = node.config as { category: string };
  const fallbackText = at('fallback', 'text');
  const pointers = { text: at('text'), subject: at('subject'), fallback: fallbackText };
  const main = await renderLeg(rendering, primary, pointers);
  const sms = instead && (await renderLeg(rendering, instead, { text: fallbackText }));
  const message = {
    node_id: node.id,
    action_id: leg.actionId,
    action_name: leg.actionName,
    channel: leg.channel,
    category,
    sender,
    integration: leg.integration.key,
    content: main.content && contentView(main.content, leg),
    fallback: sms ? engineFallback(sms, instead.leg) : providerFallback(main.content, leg),
    verdict: main.verdict,
  };
  return { message, problems: [...main.problems, ...(sms?.problems ?? [])] };
}

function engineFallback({ content, verdict }: RenderedLeg, leg: FrozenMessageNode): FallbackView {
  const integration = leg.integration.key;
  return { by: 'engine', integration, content: content && contentView(content, leg), verdict };
}

/** What goes with the MMS to a provider that falls back by itself. */
function providerFallback(content: MessageContent | null, leg: FrozenMessageNode): FallbackView | null {
  if (leg.fallback?.by !== 'provider') return null;
  const text = content?.fallbackText;
  return {
    by: 'provider',
    integration: leg.integration.key,
    content: text === undefined ? null : contentView({ text, subject: null, media: [] }, { channel: 'sms' }),
    verdict: null,
  };
}

function contentView(
  { text, subject, media }: MessageContent,
  { channel }: Pick<FrozenMessageNode, 'channel'>,
): ContentView {
  return {
    text,
    subject,
    length: text.length,
    sms: channel === 'sms' ? textFigures(text) : null,
    media: [...media],
  };
}
