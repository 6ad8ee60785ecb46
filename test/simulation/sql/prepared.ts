import type { Node, RawStmt } from '@pgsql/types';
import { loadModule, parseSync } from 'libpg-query';
import { compileModification } from './modify.ts';
import type { Schema } from './schema.ts';
import { type Runnable, Scope } from './scope.ts';
import { compileSelect } from './select.ts';

/** A statement that can be executed any number of times, in any store. */
export type Prepared =
  | { readonly kind: 'begin' | 'commit' | 'rollback' }
  | { readonly kind: 'lock timeout'; readonly ms: number }
  | {
      readonly kind: 'query';
      readonly plan: Runnable;
      /** Names it where it has no name of its own. */
      readonly label: string;
      /** Whether it only reads, and only tables that nothing in a simulation changes. */
      readonly settled: boolean;
    };

await loadModule();

/** The statements of a text, by PostgreSQL's own parser. */
export function parseStatements(text: string): readonly Node[] {
  return (parseSync(text).stmts ?? []).flatMap(({ stmt }: RawStmt) => (stmt ? [stmt] : []));
}

/** Compiles statements once for all simulations. */
export class Statements {
  private readonly schema: Schema;
  private readonly unchanging: ReadonlySet<string>;
  private readonly known = new Map<string, Prepared>();

  /** @param unchanging tables that nothing in a simulation changes */
  constructor(schema: Schema, unchanging: readonly string[]) {
    this.schema = schema;
    this.unchanging = new Set(unchanging);
  }

  prepare(text: string): Prepared {
    const known = this.known.get(text);
    if (known) return known;
    const [node, ...others] = parseStatements(text);
    // How a transaction is planned changes none of its answers.
    if (!node || others.some((other) => !isPlanning(other))) throw new Error(`Not one statement: ${text}`);
    const prepared = this.compile(node, text);
    this.known.set(text, prepared);
    return prepared;
  }

  private compile(node: Node, text: string): Prepared {
    if ('TransactionStmt' in node) {
      const { kind } = node.TransactionStmt;
      if (kind === 'TRANS_STMT_BEGIN') return { kind: 'begin' };
      return { kind: kind === 'TRANS_STMT_COMMIT' ? 'commit' : 'rollback' };
    }
    if ('VariableSetStmt' in node)
      return { kind: 'lock timeout', ms: numberOf(node.VariableSetStmt.args?.[0]) };
    const label = text.replace(/\s+/g, ' ').trim().slice(0, 60);
    const tables = new Set<string>();
    const scope = new Scope((name) => {
      const table = this.schema.get(name);
      if (!table) throw new Error(`There is no table "${name}".`);
      tables.add(name);
      return table;
    });
    if (!('SelectStmt' in node)) {
      return { kind: 'query', plan: compileModification(node, scope), label, settled: false };
    }
    const plan = compileSelect(node.SelectStmt, scope);
    const reads = tables.size > 0 && !/\bFOR (NO KEY )?(UPDATE|SHARE)|advisory/.test(text);
    const settled = reads && [...tables].every((table) => this.unchanging.has(table));
    return { kind: 'query', plan, label, settled };
  }
}

function isPlanning(node: Node): boolean {
  const name = 'VariableSetStmt' in node ? (node.VariableSetStmt.name ?? '') : '';
  return name === 'plan_cache_mode' || name.startsWith('enable_');
}

function numberOf(node: Node | undefined): number {
  return node && 'A_Const' in node ? (node.A_Const.ival?.ival ?? 0) : 0;
}
