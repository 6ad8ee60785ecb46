import { PermanentError } from '../../domain/errors.ts';
import type { RenderedMember } from '../render.ts';

/** Among the first this many customers of a visit, more failures than this share stop the node. */
export const SAMPLE = 100;
const FAILURE_SHARE = 0.2;

/** Judges a template by the first customers of one visit, however they are read. */
export class TemplateTrial {
  private tried = 0;
  private failed = 0;

  /** @throws PermanentError `template_failing` once the sample is whole and too many of it have failed */
  judge(nodeId: string, rendered: readonly RenderedMember[]): void {
    if (this.tried === SAMPLE) return;
    const sample = rendered.slice(0, SAMPLE - this.tried);
    this.tried += sample.length;
    this.failed += sample.filter(
      (member) => 'refused' in member && member.refused === 'template_error',
    ).length;
    if (this.tried < SAMPLE || this.failed <= SAMPLE * FAILURE_SHARE) return;
    throw new PermanentError(
      'template_failing',
      `The template of "${nodeId}" failed for ${this.failed} of ${SAMPLE} customers. ` +
        'Mend it in a new version of the scenario.',
    );
  }
}
