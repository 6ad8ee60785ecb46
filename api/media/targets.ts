import { largestFile } from '../../domain/message-size.ts';
import { limitSets, strictest, type LimitPreset, type MessageLimits } from '../../domain/media-limits.ts';
import type { MediaKind } from '../../domain/media-type.ts';
import { senderKindOf } from '../../domain/sender-kind.ts';
import type { ProjectResources } from '../scenarios/check-scenario.ts';

/** How small files are to become: bytes, or the limits of a preset. */
export type Target = number | LimitPreset;

/** What every sender of the project that sends MMS can send, and what every carrier takes. */
export function projectLimits({ senders }: Pick<ProjectResources, 'senders'>): MessageLimits {
  return strictest([
    ...limitSets('safe'),
    ...senders.flatMap(({ mmsProvider, value }) =>
      mmsProvider === null ? [] : limitSets(mmsProvider, senderKindOf(value)),
    ),
  ]);
}

/** Bytes that a file of a kind is to have at most; undefined where nothing binds it. */
export function targetBytes(
  target: Target | undefined,
  kind: MediaKind,
  resources: Pick<ProjectResources, 'senders'>,
): number | undefined {
  if (typeof target === 'number') return target;
  return largestFile(kind, target === undefined ? projectLimits(resources) : strictest(limitSets(target)));
}
