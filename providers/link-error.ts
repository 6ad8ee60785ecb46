/** `refused`: it leads where nothing is fetched from; `failed`: its server gave nothing now; `too_large`: it announces too much. */
export type LinkFault = 'refused' | 'failed' | 'too_large';

/** A link whose file was not fetched. */
export class LinkError extends Error {
  readonly fault: LinkFault;

  constructor(fault: LinkFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LinkError';
    this.fault = fault;
  }
}
