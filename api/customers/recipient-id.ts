import { storedPhone } from '../../database/customers/phone-number.ts';
import { phoneHash } from '../../database/phone-hash.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problem.ts';

/**
 * The recipient of a number that stands in a query; -1, which is nobody's, when the number was never heard of.
 * @throws ApiProblem `bad_query`
 */
export async function recipientId(
  { prisma, config }: ApiDependencies,
  projectId: string,
  given: string,
): Promise<bigint> {
  const phone = storedPhone(given.replace(/^ /, '+'));
  if (phone.state !== 'valid') throw new ApiProblem('bad_query', 'phone is not a valid number.');
  const hash = new Uint8Array(phoneHash(config.phoneKey, phone.e164));
  const recipient = await prisma.recipient.findUnique({
    where: { projectId_phoneHash: { projectId, phoneHash: hash } },
    select: { id: true },
  });
  return recipient?.id ?? -1n;
}
