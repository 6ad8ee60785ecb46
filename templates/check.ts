import parser, { type SyntaxNode } from 'nunjucks/src/parser.js';
import { suggest } from '../domain/validation/suggest.ts';
import filters from './filters.json' with { type: 'json' };

/** What a template can read. */
const TEMPLATE_VARIABLES = ['customer', 'scenario', 'action', 'project'] as const;

/** What one that is sent in place of an MMS can read beside it: where the content of that MMS is shown. */
const MESSAGE = 'message';
const OF_MESSAGE = ['link'];

export interface TemplateCheckOptions {
  /** Whether it can read `message`. Default false. */
  readonly ofFallback?: boolean;
}

const TESTS = ['defined', 'undefined', 'none', 'null', 'string', 'number', 'odd', 'even', 'truthy', 'falsy'];
const FORBIDDEN_NAMES = ['__proto__', 'constructor', 'prototype'];
/** What a variable may be called: nunjucks writes the name into the code that it makes, as it stands. */
const PLAIN_NAME = /^[A-Za-z_]\w*$/;
const MAX_NODES = 2_000;
const MAX_DEPTH = 60;

/** Everything that a template may be made of; what is not listed is refused, whatever it does. */
const ALLOWED_NODES = new Set(
  (
    'Root NodeList Output TemplateData Literal Symbol Group Array If InlineIf For Set LookupVal In Is And Or Not ' +
    'Add Sub Mul Div FloorDiv Mod Concat Neg Pos Compare CompareOperand Filter KeywordArgs Pair'
  ).split(' '),
);

const NAMES_OF_FORBIDDEN: Readonly<Record<string, string>> = {
  FunCall: 'a call',
  Macro: 'a macro',
  Caller: 'a call block',
  Include: 'an include',
  Import: 'an import',
  FromImport: 'an import',
  Extends: 'an extends',
  Block: 'a block',
  Pow: 'the power operator',
  Dict: 'a dictionary',
  Capture: 'a block as a value',
};

/**
 * What is wrong with a template; empty when it may be rendered.
 *
 * Nothing of the template is run: it is parsed, and its syntax tree is held against a list of what is allowed.
 * The render processes do not rely on this check alone.
 */
export function checkTemplate(
  source: string,
  { ofFallback = false }: TemplateCheckOptions = {},
): readonly string[] {
  let root: SyntaxNode;
  try {
    root = parser.parse(source);
  } catch (error) {
    return [`The template can't be parsed: ${error instanceof Error ? error.message : String(error)}.`];
  }
  const check = new TemplateCheck(ofFallback);
  check.node(root, 0);
  return [...check.problems];
}

class TemplateCheck {
  readonly problems = new Set<string>();
  private readonly bound = new Set<string>(['loop']);
  private readonly ofFallback: boolean;
  private nodes = 0;

  constructor(ofFallback: boolean) {
    this.ofFallback = ofFallback;
  }

  node(node: SyntaxNode, depth: number): void {
    this.nodes += 1;
    if (this.nodes > MAX_NODES || depth > MAX_DEPTH) {
      this.problems.add(
        `The template is too complex: at most ${MAX_NODES} parts, nested at most ${MAX_DEPTH} deep.`,
      );
      return;
    }
    if (!ALLOWED_NODES.has(node.typename)) {
      const name = NAMES_OF_FORBIDDEN[node.typename] ?? `"${node.typename}"`;
      this.problems.add(`A template may not contain ${name}.`);
      return;
    }
    this.details(node);
    if (this.isOfMessage(node)) return;
    for (const child of this.childrenOf(node)) this.node(child, depth + 1);
  }

  private details(node: SyntaxNode): void {
    switch (node.typename) {
      case 'Literal':
        if (node['value'] instanceof RegExp)
          this.problems.add('A template may not contain a regular expression.');
        else this.name(node['value']);
        break;
      case 'Symbol':
        this.variable(node['value']);
        break;
      case 'Filter':
        this.known('filter', nameOf(node['name']), filters);
        break;
      case 'Is':
        this.known('test', nameOf(node['right']), TESTS);
        break;
      case 'For':
      case 'Set':
        for (const target of targetsOf(node)) this.bind(target);
        break;
      case 'Pair':
        this.name(isNode(node['key']) ? node['key']['value'] : undefined);
        break;
    }
  }

  /**
   * Children that are values; names of filters, tests, loop variables and arguments are none.
   *
   * Looked for in all that a node holds: its own list of fields leaves out the body of a `set`.
   */
  private childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
    const skipped: Readonly<Record<string, readonly string[]>> = {
      Filter: ['name'],
      Is: ['right'],
      For: ['name'],
      Set: ['targets'],
      Pair: ['key'],
    };
    return Object.entries(node)
      .filter(([field]) => !(skipped[node.typename] ?? []).includes(field))
      .flatMap(([, value]) => (Array.isArray(value) ? (value as unknown[]) : [value]))
      .filter(isNode);
  }

  private bind(target: unknown): void {
    const name = nameOf(target);
    this.name(name);
    if (!PLAIN_NAME.test(name)) {
      this.problems.add('A template may only set variables with plain names, such as "total".');
    }
    this.bound.add(name);
  }

  private variable(value: unknown): void {
    const name = String(value);
    this.name(name);
    if (this.bound.has(name)) return;
    if (name !== MESSAGE) this.known('variable', name, [...TEMPLATE_VARIABLES, ...this.bound]);
    else if (this.ofFallback) this.problems.add('Of "message" a template can read "message.link" alone.');
    else
      this.problems.add(
        'Only the text of a fallback can read "message": it is about the MMS in whose place it is sent.',
      );
  }

  /** Whether it reads a part of `message`; which there are is known, so that a slip is told. */
  private isOfMessage({ typename, target, val }: SyntaxNode): boolean {
    if (!this.ofFallback || typename !== 'LookupVal' || this.bound.has(MESSAGE)) return false;
    if (nameOf(target) !== MESSAGE || !isNode(val) || val.typename !== 'Literal') return false;
    this.known('part of "message"', String(val['value']), OF_MESSAGE);
    return true;
  }

  private name(value: unknown): void {
    if (typeof value === 'string' && FORBIDDEN_NAMES.includes(value)) {
      this.problems.add(`A template may not name "${value}".`);
    }
  }

  private known(kind: string, name: string, known: readonly string[]): void {
    if (!known.includes(name)) this.problems.add(`There is no ${kind} "${name}".${suggest(name, known)}`);
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'typename' in value;
}

function nameOf(value: unknown): string {
  return isNode(value) && value.typename === 'Symbol' ? String(value['value']) : '';
}

function targetsOf(node: SyntaxNode): readonly unknown[] {
  const targets = node.typename === 'Set' ? node['targets'] : [node['name']];
  if (!Array.isArray(targets)) return [];
  return targets.flatMap((target: unknown) =>
    isNode(target) && Array.isArray(target['children']) ? (target['children'] as unknown[]) : [target],
  );
}
