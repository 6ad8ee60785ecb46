import { kindOf, mediaTypeNamed, mediaTypeOf } from '../../domain/media-type.ts';
import type { Problem } from '../../domain/validation/problem.ts';
import type { NodeReferences } from '../../nodes/define.ts';

/** Something that a message brings and that not every phone shows. */
export interface NamedDocument {
  /** Where in the configuration of its node it is named. */
  readonly path: readonly (string | number)[];
  /** In words. */
  readonly what: string;
}

/** Documents among the media, as their types or their endings tell, and the contact cards behind them. */
export function documentsOf({ media = [], contactCards = [] }: NodeReferences): readonly NamedDocument[] {
  return [
    ...media.flatMap(({ url, contentType = '' }, position) => {
      const type = [mediaTypeNamed(contentType), mediaTypeOf(url)].find(
        (each) => each !== undefined && kindOf(each) === 'object',
      );
      return type === undefined ? [] : [{ path: ['media', position, 'url'], what: type }];
    }),
    ...(contactCards.length === 0 ? [] : [{ path: ['contactCards'], what: 'contact cards' }]),
  ];
}

/** Phones that show no documents get the text of the fallback instead. */
export function documentProblems(pointer: string, references: NodeReferences): readonly Problem[] {
  const [first] = documentsOf(references);
  if (!first || references.fallbackChannel) return [];
  const message = `Not every phone shows ${first.what}. Write in fallback.text what those get that do not.`;
  return [{ pointer: `${pointer}/fallback`, code: 'fallback_text_required', message }];
}
