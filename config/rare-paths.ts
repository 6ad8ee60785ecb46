import type { Notice } from '../domain/rare-path.ts';
import type { Logger } from './log.ts';

/** Writes rare paths into the log: `rarePath` and `count`, nothing of whom. */
export function noticeTo(log: Logger): Notice {
  return (rarePath, count = 1) => {
    if (count > 0) log.info({ rarePath, count }, 'a rare path was taken');
  };
}
