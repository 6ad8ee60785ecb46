export default async function tearDown(): Promise<void> {
  await (globalThis as unknown as { stopPostgres?: () => Promise<void> }).stopPostgres?.();
}
