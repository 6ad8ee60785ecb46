/** Resolves once everything has ended, however it did. @throws the first failure, only then */
export async function allEnded(work: readonly Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(work);
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
}
