/** Why the engine kept a message in: one stable word a reason, with the sentence that people read. */
export const SUPPRESSION_REASONS = {
  no_number: 'The customer has no number.',
  invalid_number: 'The number is not a valid one.',
  country_not_served: 'The number belongs to a country other than the US (with its territories) and Canada.',
  not_in_allow_list: 'The project may call only its registered test numbers, and this is none of them.',
  customer_deleted: 'The customer has been deleted.',
  opted_out: 'The number has opted out.',
  no_consent: 'The customer has given no consent for this category.',
  consent_unproven:
    'No consent for this category is proven: what is stored lacks its time, method or source.',
  consent_revoked: 'The customer has refused this category or revoked the consent for it.',
  consent_other_number: 'The consent was given for another number.',
  duplicate_number: 'Another customer with the same number receives this message.',
  no_common_hours:
    'At no hour is it between 8:00 and 21:00 in every time zone in which the customer may be: that of the number and that of the profile.',
  capped: 'The number has got as many messages lately as the project allows.',
  handset_known:
    'Another MMS of this kind has shown lately that the handset or its network does not take it.',
  delivered_after_all: 'The MMS was delivered after all.',
  stale: 'The message came too late to be sent.',
  template_error: 'The template could not be rendered for this customer.',
  empty_message: 'The template gave an empty text for this customer.',
  message_too_long: 'The rendered text is longer than the provider takes.',
} as const;
export type SuppressionReason = keyof typeof SUPPRESSION_REASONS;

/** Why a customer's walk ended. */
export const EXIT_REASONS = {
  end: 'The way out that the customer took leads nowhere.',
  exit: 'The customer came to an exit node.',
  run_cancelled: 'The run was cancelled.',
  cohort_cancelled: 'The workflow of the cohort was cancelled.',
  operator: 'An operator ended the walk where it was stuck.',
  pass_limit: 'The customer had entered this node as often as the scenario allows.',
} as const;
