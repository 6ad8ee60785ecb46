import { z } from 'zod';

/** Trouble of every send, whatever its number: as of a provider that is in trouble itself. */
export const faultSchema = z.strictObject({
  kind: z.enum([
    /** 429 to every call. */
    'throttle',
    /** 500 to every call, nothing accepted. */
    'fail',
    /** 500 to every call, everything accepted. */
    'accept_then_fail',
    /** 401 to every call, as after a change of the key. */
    'unauthorised',
  ]),
  ms: z.int().min(0).max(600_000),
});
export type Fault = z.infer<typeof faultSchema>;

/** The trouble that the simulated provider has at the moment. */
export class Faults {
  private fault: Fault['kind'] | undefined;
  private until = 0;

  set({ kind, ms }: Fault): void {
    this.fault = kind;
    this.until = Date.now() + ms;
  }

  now(): Fault['kind'] | undefined {
    return Date.now() < this.until ? this.fault : undefined;
  }
}
