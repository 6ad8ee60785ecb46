import { z } from 'zod';
import type { Prisma } from '../../database/prisma.ts';
import type { ScenarioGraph, ScenarioNode } from '../../domain/scenario.ts';
import { pointerOf, type Problem } from '../../domain/validation/problem.ts';
import { suggest } from '../../domain/validation/suggest.ts';
import { validateGraph } from '../../domain/validation/validate-graph.ts';
import { NODE_CATALOGUE, nodeDefinition } from '../../nodes/types.ts';
import { checkTemplate } from '../../templates/check.ts';
import { checkMedia } from './check-media.ts';
import { checkSmsTexts } from './check-sms-texts.ts';
import { referencesOf, type NamedMedia } from './named-media.ts';
import { isPersonal, textToAll } from './text-to-all.ts';

/** What of a project a scenario may name. */
export interface ProjectResources {
  readonly senders: readonly SenderResource[];
  readonly categories: readonly { key: string; class: string }[];
  readonly contactCards: readonly ContactCardResource[];
}

export interface ContactCardResource {
  readonly key: string;
  readonly contentHash: string;
  /** Of the card as it is written. */
  readonly bytes: number;
}

export interface SenderResource {
  readonly key: string;
  readonly label: string;
  readonly value: string;
  readonly mms: boolean;
  readonly sms: boolean;
  /** Of its MMS integration; null when it has none. */
  readonly mmsProvider: string | null;
  /** Whether its provider keeps the media of every message; else only of those that say the same to all. */
  readonly mmsSavesMedia: boolean;
  /** Of its SMS integration; null when it has none. */
  readonly smsProvider: string | null;
}

export async function readProjectResources(prisma: Prisma, projectId: string): Promise<ProjectResources> {
  const [senders, categories, contactCards] = await Promise.all([
    prisma.senderProfile.findMany({
      where: { projectId },
      orderBy: { key: 'asc' },
      include: {
        mmsIntegration: { select: { provider: true, settings: true } },
        smsIntegration: { select: { provider: true } },
      },
    }),
    prisma.consentCategory.findMany({ where: { projectId }, orderBy: { key: 'asc' } }),
    prisma.contactCard.findMany({
      where: { projectId },
      select: { key: true, contentHash: true, content: { select: { vcard: true } } },
      orderBy: { key: 'asc' },
    }),
  ]);
  return {
    senders: senders.map(({ key, label, value, mmsIntegration, smsIntegration }) => ({
      key,
      label,
      value,
      mms: mmsIntegration !== null,
      sms: smsIntegration !== null,
      mmsProvider: mmsIntegration?.provider ?? null,
      mmsSavesMedia: savesMedia(mmsIntegration?.settings),
      smsProvider: smsIntegration?.provider ?? null,
    })),
    categories,
    contactCards: contactCards.map(({ key, contentHash: hash, content }) => ({
      ...{ key, contentHash: hash, bytes: Buffer.byteLength(content.vcard, 'utf8') },
    })),
  };
}

const wholeSchema = z.object({ personalTexts: z.literal('whole') });

function savesMedia(settings: unknown): boolean {
  return !wholeSchema.safeParse(settings).success;
}

/** Everything that keeps a scenario from being launched; empty when nothing does. */
export function checkScenario(
  graph: ScenarioGraph,
  resources: ProjectResources,
  media: NamedMedia,
): readonly Problem[] {
  return [
    ...validateGraph(graph, NODE_CATALOGUE),
    ...graph.nodes.flatMap((node, index) => [
      ...checkNode(node, index, resources),
      ...checkMessage(node, index, resources, media),
      ...checkSmsTexts(pointerOf('nodes', index, 'config'), node, resources.senders),
    ]),
  ];
}

function checkMessage(
  node: ScenarioNode,
  index: number,
  resources: ProjectResources,
  media: NamedMedia,
): readonly Problem[] {
  const references = referencesOf(node);
  if (references?.media === undefined) return [];
  const cards = references.contactCards ?? [];
  const message = {
    ...{ pointer: pointerOf('nodes', index, 'config'), references, text: textToAll(node) },
    subject: textToAll(node, '/subject'),
    isPersonal: isPersonal(node),
    cardBytes: resources.contactCards.filter(({ key }) => cards.includes(key)).map(({ bytes }) => bytes),
    sender: resources.senders.find(({ key }) => key === references.sender),
  };
  return checkMedia(message, media);
}

function checkNode(node: ScenarioNode, index: number, resources: ProjectResources): readonly Problem[] {
  const definition = nodeDefinition(node.type, node.version);
  const parsed = definition?.config.safeParse(node.config);
  if (!definition || !parsed?.success) return [];
  const at = (setting: string): string => pointerOf('nodes', index, 'config', setting);
  const problems: Problem[] = [];
  const {
    sender,
    category,
    policy,
    channel,
    fallbackChannel,
    contactCards = [],
  } = definition.references?.(parsed.data) ?? {};
  if (sender !== undefined) {
    const profile = resources.senders.find(({ key }) => key === sender);
    if (!profile) {
      const known = resources.senders.map(({ key }) => key);
      problems.push(
        unknown(at('sender'), 'unknown_sender', `There is no sender "${sender}".`, sender, known),
      );
    } else {
      const missing = [channel, fallbackChannel].find((wanted) => wanted && !profile[wanted]);
      if (missing)
        problems.push({
          pointer: at('sender'),
          code: 'sender_without_integration',
          message: `The sender "${sender}" has no ${missing} integration. Choose another sender.`,
        });
    }
  }
  if (category !== undefined) {
    const known = resources.categories.map(({ key }) => key);
    const found = resources.categories.find(({ key }) => key === category);
    if (!found) {
      problems.push(
        unknown(
          at('category'),
          'unknown_category',
          `There is no consent category "${category}".`,
          category,
          known,
        ),
      );
    } else if (found.class === 'marketing' && policy === 'unlimited') {
      problems.push({
        pointer: at('policy'),
        code: 'policy_not_allowed',
        message: `The category "${category}" is marketing: the policy "unlimited" is for transactional ones only.`,
      });
    }
  }
  for (const [position, card] of contactCards.entries()) {
    const known = resources.contactCards.map(({ key }) => key);
    if (known.includes(card)) continue;
    const pointer = `${at('contactCards')}/${position}`;
    const sentence = `There is no contact card "${card}".`;
    problems.push(unknown(pointer, 'unknown_contact_card', sentence, card, known));
  }
  for (const [pointer, source] of Object.entries(definition.templates?.(parsed.data) ?? {})) {
    for (const message of checkTemplate(source, { ofFallback: pointer === definition.fallbackTemplate })) {
      problems.push({
        pointer: pointerOf('nodes', index, 'config') + pointer,
        code: 'bad_template',
        message,
      });
    }
  }
  return problems;
}

/** An unknown key names all known ones: there are few of them. */
function unknown(
  pointer: string,
  code: string,
  sentence: string,
  key: string,
  known: readonly string[],
): Problem {
  const near = suggest(key, known);
  const list =
    known.length === 0 ? ' The project has none.' : ` Known: ${known.map((item) => `"${item}"`).join(', ')}.`;
  return { pointer, code, message: sentence + (near.includes('Known:') ? '' : near) + list };
}
