/** Why a run is paused whose workflows were lost: the first of them, and how many there were. */
export function lostReason([first = '', ...others]: readonly string[]): string {
  return `workflow_lost: ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

/** How many workflows a reason tells of; undefined when it tells of something else. */
export function lostWorkflows(stateReason: string): number | undefined {
  const match = /^workflow_lost: \S+(?: and (\d+) more)?$/.exec(stateReason);
  return match ? 1 + Number(match[1] ?? 0) : undefined;
}
