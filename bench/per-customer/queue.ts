/** Task queue of the workflows that the engine is compared with. */
export const PER_CUSTOMER_QUEUE = 'tidings-bench-per-customer';
/** Ends {@link standForRun}. */
export const RELEASE_SIGNAL = 'release';
