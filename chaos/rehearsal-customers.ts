import type { Customer } from './runs.ts';

const AREAS = [201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224];

function area(index: number): number {
  return AREAS[index % AREAS.length] ?? 201;
}

/** Customers with numbers `NPA-555-01NN`; each time the rehearsal is played others have them. */
export function magic(time: number, digits: readonly number[]): readonly Customer[] {
  return digits.map((ending, index) => ({ phone: `+1${area(index + time)}55501${ending}` }));
}

/** Lines that a rehearsal has to itself each time it is played. */
const LINES = 3;

/** Customers with ordinary numbers, from a line on that no other rehearsal uses. */
export function ordinary(time: number, count: number, firstLine: number): readonly Customer[] {
  return Array.from({ length: count }, (_, index) => {
    const line = firstLine + time * LINES + Math.floor(index / AREAS.length);
    return { phone: `+1${area(index)}555${String(line).padStart(4, '0')}` };
  });
}
