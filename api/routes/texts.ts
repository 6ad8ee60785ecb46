import { smartText } from '../../domain/smart-text.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { textCheckBody, textCheckView } from '../schemas/text.ts';
import { textFigures } from '../texts/text-figures.ts';

/** What texts cost as SMS. */
export function textRoutes(): readonly AnyRoute[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/texts/check',
      tag: 'Texts',
      summary: 'Count the segments of a text',
      description:
        'Tells the encoding, the segments and what of the text forces UCS-2, which takes 70 characters a segment instead of ' +
        '160. Nothing is stored or sent.',
      body: textCheckBody,
      answers: { 200: { description: 'The text as it would be sent.', schema: textCheckView } },
      handle: ({ body: { text: given, smartEncoding } }) => {
        const text = smartEncoding ? smartText(given) : given;
        const body = { text, replaced: text !== given, length: text.length, ...textFigures(text) };
        return Promise.resolve({ status: 200, body });
      },
    }),
  ];
}
