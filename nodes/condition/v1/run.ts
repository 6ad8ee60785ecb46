import { evaluateConditionEffect } from '../../../domain/effects.ts';
import { MemberSet } from '../../../domain/member-set.ts';
import type { NodeRun } from '../../../domain/node-run.ts';

export const runCondition: NodeRun<Record<string, never>, Record<string, never>> = async function* (
  visit,
  context,
) {
  const { members } = visit;
  const { matching } = await context.effect(evaluateConditionEffect, members, {});
  const yes = MemberSet.fromHex(members.size, matching);
  yield { yes, no: members.minus(yes) };
};
