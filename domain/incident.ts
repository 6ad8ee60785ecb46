/** What an operator may choose for the visits that are stuck at a node. */
export type IncidentDecision =
  /** Enter the node again, as after an interruption. */
  | { readonly action: 'retry' }
  /** Let the members go by an outlet of the node. */
  | { readonly action: 'skip'; readonly outlet: string }
  /** End the members' walk here. */
  | { readonly action: 'exit' };

/** A decision with the visit that it is about. */
export type VisitDecision = {
  readonly number: number;
  /** Since when the visit has been stuck: a later incident of the same visit needs a decision of its own. */
  readonly stuckAt: number;
  readonly decision: IncidentDecision;
};
