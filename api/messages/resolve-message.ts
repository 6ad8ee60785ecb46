import { decideMessage, readDecidedMessage, type DecidedMessage } from '../../database/decide-message.ts';
import { gateQuestion, readNodeOfMessage } from '../../database/message-node.ts';
import type { GateQuestion } from '../../database/member-facts.ts';
import { readIntegration } from '../../database/read-integration.ts';
import { PermanentError } from '../../domain/errors.ts';
import { explainReason } from '../../domain/explanations.ts';
import type { MessageAction } from '../../domain/message-decision.ts';
import type { Project } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problem.ts';
import { monthOfMessage, unknownMessage } from './read-messages.ts';

/**
 * Carries out what an operator decides about an unresolved message.
 * @returns whether it is still to be made
 * @throws ApiProblem `not_found`, `not_unresolved`, `resend_refused`
 */
export async function resolveMessage(
  deps: ApiDependencies,
  project: Project,
  id: string,
  { action, reason }: { readonly action: MessageAction; readonly reason: string },
): Promise<{ readonly pending: boolean }> {
  const message = await readDecidedMessage(deps.pool, project.id, monthOfMessage(id), id);
  if (!message) return unknownMessage();
  const gate = action === 'resend' ? await readQuestion(deps, message) : { refusal: '' };
  const decided = await decideMessage(deps.pool, message, { action, reason, actor: project.actor, gate });
  switch (decided.kind) {
    case 'decided':
      return { pending: action === 'resend' };
    case 'known':
      return { pending: false };
    case 'not_unresolved':
      throw new ApiProblem(
        'not_unresolved',
        `The message is ${decided.state}: there is nothing to decide about it.`,
      );
    case 'refused':
      throw new ApiProblem(
        'resend_refused',
        `It stays unresolved and says so: ${decided.reason}. ${explainReason(decided.reason)}`.trimEnd(),
      );
  }
}

/** What the gate is asked about a message that is planned anew now, or why it need not be asked. */
async function readQuestion(
  { pool, config, providers }: ApiDependencies,
  message: DecidedMessage,
): Promise<GateQuestion | { readonly refusal: string }> {
  try {
    const node = await readNodeOfMessage(pool, message);
    const integration = await readIntegration(pool, message.integrationId);
    if (!integration) return { refusal: 'message_resources_missing' };
    const setting = { timings: config.timings, testNumbers: new Set(config.testNumbers), providers };
    // The sender may have another integration by now.
    return gateQuestion(
      { ...node, integration },
      { plannedAt: Number.POSITIVE_INFINITY, pass: message.pass },
      setting,
    );
  } catch (error) {
    if (error instanceof PermanentError) return { refusal: error.code };
    throw error;
  }
}
