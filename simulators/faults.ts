import { z } from 'zod';

export const FAULT_KINDS = [
  /** 429 to every call. */
  'throttle',
  /** 500 to every call, nothing accepted. */
  'fail',
  /** 401 to every call, as after a change of the key. */
  'unauthorised',
  /** 500 to every call, everything accepted. */
  'accept_then_fail',
  /** Everything accepted, and the connection of every call is reset. */
  'accept_then_reset',
  /** Everything accepted, and no call is ever answered. */
  'accept_then_silence',
  /** Everything accepted, and every answer ends in its middle. */
  'accept_then_truncate',
  /** Everything accepted, and every answer comes a byte at a time. */
  'accept_then_trickle',
] as const;

/** Trouble of every send, whatever its number: as of a provider that is in trouble itself. */
export const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  ms: z.int().min(0).max(600_000),
});
export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];

/** The trouble that the simulated provider has at the moment. */
export class Faults {
  private readonly calls = new Map<FaultKind, number>();
  private fault: FaultKind | undefined;
  private until = 0;

  set({ kind, ms }: Fault): void {
    this.fault = kind;
    this.until = Date.now() + ms;
  }

  /** The trouble that a call meets. */
  meet(): FaultKind | undefined {
    const fault = Date.now() < this.until ? this.fault : undefined;
    if (fault) this.calls.set(fault, (this.calls.get(fault) ?? 0) + 1);
    return fault;
  }

  /** Calls that have met each trouble. */
  get met(): Readonly<Partial<Record<FaultKind, number>>> {
    return Object.fromEntries(this.calls);
  }
}
