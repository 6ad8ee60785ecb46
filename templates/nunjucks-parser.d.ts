declare module 'nunjucks/src/parser.js' {
  /** A node of nunjucks' syntax tree; which other fields it has depends on `typename`. */
  export interface SyntaxNode {
    readonly typename: string;
    readonly [field: string]: unknown;
  }
  const parser: { parse(source: string): SyntaxNode };
  export default parser;
}
