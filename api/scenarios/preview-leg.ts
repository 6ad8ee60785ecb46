import type { FrozenMessageNode } from '../../database/message-node.ts';
import { PermanentError } from '../../domain/errors.ts';
import { explainReason } from '../../domain/explanations.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MessageContent } from '../../domain/message-content.ts';
import type { SuppressionReason } from '../../domain/reasons.ts';
import type { Problem } from '../../domain/validation/problem.ts';
import { renderContents, type RenderedContent } from '../../templates/render-contents.ts';
import type { RenderPool } from '../../templates/render-pool.ts';
import type { VerdictView } from '../schemas/preview.ts';
import type { LegFacts } from './preview-facts.ts';

/** What every message of a preview is rendered with. */
export interface PreviewRendering {
  readonly renderPool: RenderPool;
  /** What templates read as `customer`. */
  readonly customer: JsonObject;
  /** What the text of a fallback reads as `message`. */
  readonly message: JsonObject;
  readonly scenario: { readonly id: string | null; readonly name: string };
  readonly project: { readonly id: string; readonly name: string };
}

export interface RenderedLeg {
  /** Null where a template fails. */
  readonly content: MessageContent | null;
  /** Null where its node would be stuck. */
  readonly verdict: VerdictView | null;
  readonly problems: readonly Problem[];
}

/** Renders a leg as real sends do. @param pointers where its templates stand, by their names */
export async function renderLeg(
  rendering: PreviewRendering,
  { leg, capabilities, verdict }: LegFacts,
  pointers: Readonly<Record<string, string>>,
): Promise<RenderedLeg> {
  const render = (templates: FrozenMessageNode['templates']): Promise<Attempt> =>
    attempt(() =>
      renderContents(
        rendering.renderPool,
        { ...leg, templates, shared: sharedContext(rendering, leg) },
        { customers: [rendering.customer], messages: [rendering.message] },
        capabilities,
      ),
    );
  const { rendered, failure } = await render(leg.templates);
  if (!failure) {
    const refusal = rendered && 'refused' in rendered ? rendered.refused : undefined;
    const content = rendered && 'content' in rendered ? rendered.content : null;
    return { content, verdict: verdictWith(verdict, refusal), problems: [] };
  }
  const name = await guiltyTemplate(leg.templates, render);
  const problem = { pointer: pointers[name] ?? '', ...failure };
  const isStuck = failure.code !== 'template_error';
  const kept = isStuck && verdict.verdict !== 'suppress' ? null : verdictWith(verdict, 'template_error');
  return { content: null, verdict: kept, problems: [problem] };
}

interface Attempt {
  readonly rendered?: RenderedContent | undefined;
  readonly failure?: Pick<Problem, 'code' | 'message'>;
}

async function attempt(render: () => Promise<readonly RenderedContent[]>): Promise<Attempt> {
  try {
    const [rendered] = await render();
    if (rendered && 'error' in rendered) {
      const message = `The template fails for this customer: ${rendered.error}`;
      return { failure: { code: rendered.refused, message } };
    }
    return { rendered };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return { failure: { code: error.code, message: error.message } };
  }
}

/** Which of several templates it is that fails. */
async function guiltyTemplate(
  templates: FrozenMessageNode['templates'],
  render: (templates: FrozenMessageNode['templates']) => Promise<Attempt>,
): Promise<string> {
  const [last = 'text', ...others] = Object.keys(templates).reverse();
  for (const name of others.reverse())
    if ((await render({ [name]: templates[name] ?? '' })).failure) return name;
  return last;
}

/** Whom the gate suppresses is not rendered for; what can't be rendered need not wait for anything. */
function verdictWith(gate: VerdictView, refused: SuppressionReason | undefined): VerdictView {
  if (gate.verdict === 'suppress' || refused === undefined) return gate;
  return { verdict: 'suppress', reason: refused, explanation: explainReason(refused) };
}

function sharedContext({ scenario, project }: PreviewRendering, leg: FrozenMessageNode): JsonObject {
  return {
    scenario: { ...scenario },
    action: { id: leg.actionId, name: leg.actionName },
    project: { ...project },
  };
}
