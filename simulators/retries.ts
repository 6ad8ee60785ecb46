import { isSuccess } from './post-webhook.ts';

/** A minute of a vendor is half a second here. */
export const SPEED = 120;

/** When a vendor posts again what was not taken. */
export interface RetryRule {
  readonly isTaken: (status: number | undefined) => boolean;
  /**
   * Pause before what was not taken is posted again, in the vendor's own milliseconds; undefined when it is given up.
   * @param retries how often it has been posted again
   */
  readonly pauseBefore: (retries: number, status: number | undefined) => number | undefined;
  /** Whether nothing else is posted either while what was answered with 429 waits. Default false. */
  readonly heedsThrottling?: boolean;
  /** How many times shorter its pauses are here. Default {@link SPEED}. */
  readonly speed?: number;
}

/** The rule with pauses that are so many times shorter. @param factor undefined: as the rule itself has it */
export function spedUp<Rule extends RetryRule>(rule: Rule, factor: number | undefined): Rule {
  return factor === undefined ? rule : { ...rule, speed: factor };
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** After 1, 2, 5, 10, 17 … minutes, whatever the answer was but 2xx; how often at most is not documented. */
export const INFOBIP_RETRIES: RetryRule = {
  isTaken: isSuccess,
  pauseBefore: (retries) => MINUTE_MS * (1 + retries * retries),
};

const LAST_PAUSE_MS = 81_920 * SECOND_MS;

/** What is refused with 4xx other than 429 is not told again, all else after 5, 10, 20 … seconds, last after 81,920. */
export const SINCH_SMS_RETRIES: RetryRule = {
  isTaken: isSuccess,
  pauseBefore: (retries, status) => {
    const isRefused = status !== undefined && status >= 400 && status < 500 && status !== 429;
    const pauseMs = 5 * SECOND_MS * 2 ** retries;
    return isRefused || pauseMs > LAST_PAUSE_MS ? undefined : pauseMs;
  },
  heedsThrottling: true,
};

/**
 * Five more times, 5 minutes apart, where the answer is not 200.
 *
 * 24 times faster these are 62 seconds: as long as a receiver on this machine may be away while it is killed and started again.
 */
export const SINCH_MMS_RETRIES: RetryRule = {
  isTaken: (status) => status === 200,
  pauseBefore: (retries) => (retries < 5 ? 5 * MINUTE_MS : undefined),
  speed: 24,
};

/** Nobody's: again and again, whatever the answer was but 2xx. */
export const ENDLESS_RETRIES: RetryRule = {
  isTaken: isSuccess,
  pauseBefore: (retries) => Math.min(MINUTE_MS * (1 + retries * retries), 60 * MINUTE_MS),
};
