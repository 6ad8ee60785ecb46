export const CHANNELS = ['mms', 'sms'] as const;
/** How a message travels; also A12's `action_type` and A13's `type`. */
export type Channel = (typeof CHANNELS)[number];
