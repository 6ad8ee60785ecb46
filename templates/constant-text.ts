import parser, { type SyntaxNode } from 'nunjucks/src/parser.js';

/**
 * What a template says to everybody: its text outside of values, branches and loops. The template must be parsable.
 * @param link what `message.link` is taken for, which is as long for everybody; left out by default
 */
export function constantText(source: string, link = ''): string {
  return childrenOf(parser.parse(source))
    .filter(({ typename }) => typename === 'Output')
    .flatMap(childrenOf)
    .map((part) => {
      const { typename, value } = part;
      if (typename === 'TemplateData' && typeof value === 'string') return value;
      return isLink(part) ? link : '';
    })
    .join('')
    .trim();
}

/** Whether a template says the same to everybody: nothing in it is a value, a branch or a loop. */
export function isConstant(source: string): boolean {
  return !/\{[{%]/.test(source);
}

function isLink({ typename, target, val }: SyntaxNode): boolean {
  return typename === 'LookupVal' && isValue(target, 'Symbol', 'message') && isValue(val, 'Literal', 'link');
}

function isValue(part: unknown, typename: string, value: string): boolean {
  const { typename: type, value: own } = (part ?? {}) as Partial<SyntaxNode>;
  return type === typename && own === value;
}

function childrenOf({ children }: SyntaxNode): readonly SyntaxNode[] {
  return Array.isArray(children) ? (children as SyntaxNode[]) : [];
}
