import type { Prisma } from '../../database/prisma.ts';
import { fieldNames } from './field-names.ts';
import type { ImportContext } from './import-line.ts';

/** What the lines of an import are read by: the project's categories, and the instant at which it was received. */
export async function importContext(prisma: Prisma, projectId: string, now: number): Promise<ImportContext> {
  const categories = await prisma.consentCategory.findMany({ where: { projectId }, select: { key: true } });
  return { targetOf: fieldNames(categories.map(({ key }) => key)), now };
}
