import { jest } from '@jest/globals';

/** Does something while the clock of this process is ahead of the database's. */
export async function withClockAhead<T>(byMs: number, work: () => Promise<T>): Promise<T> {
  const now = Date.now.bind(Date);
  const spy = jest.spyOn(Date, 'now').mockImplementation(() => now() + byMs);
  try {
    return await work();
  } finally {
    spy.mockRestore();
  }
}
