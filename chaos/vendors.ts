import type { Channel } from '../domain/channel.ts';
import type { ProviderName } from '../domain/provider-names.ts';
import type { RarePath } from '../domain/rare-path.ts';
import { VENDORS, type Vendor } from '../domain/vendors.ts';
import type { Fate } from '../simulators/fates.ts';
import { INFOBIP_FATES } from '../simulators/infobip/fates.ts';
import { SINCH_MMS_FATES } from '../simulators/sinch-mms/fates.ts';
import { SINCH_SMS_FATES } from '../simulators/sinch-sms/fates.ts';

/** What a rehearsal of faults has to know of the vendor that it goes over. */
export interface ChaosVendor {
  readonly name: Vendor;
  /** Whose ledgers hold what was taken. */
  readonly providers: readonly ProviderName[];
  /** Rare paths that its capabilities rule out, each with the reason. */
  readonly impossible: Readonly<Partial<Record<RarePath, string>>>;
  /** Whether a message in doubt is offered again, so that none stays unresolved. */
  readonly repeats: boolean;
  /** Where it posts reports of MMS: the integration, and what follows in the address. */
  readonly reports: { readonly integration: string; readonly path: string };
  /** A report of a delivery, as it posts it. */
  readonly deliveredReport: (messageId: string) => object;
  /** What a report of a fate has as its code. */
  readonly codeOf: (fate: Fate, channel: Channel) => string;
}

const NOTHING_REPEATED = 'Its ids are not refused a second time, so nothing is repeated.';
const ONE_A_CALL = 'A call offers one message.';

const CHAOS_VENDORS: Readonly<Record<Vendor, Omit<ChaosVendor, 'name' | 'providers'>>> = {
  infobip: {
    impossible: {},
    repeats: true,
    reports: { integration: 'infobip', path: 'reports/mms' },
    deliveredReport: (messageId) => {
      const stamp = new Date().toISOString().replace('Z', '+0000');
      const status = { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' };
      const error = { groupId: 0, groupName: 'OK', id: 0, name: 'NO_ERROR', permanent: false };
      const report = { messageId, to: '12125550200', sentAt: stamp, doneAt: stamp, messageCount: 1 };
      return { results: [{ ...report, status, error }] };
    },
    codeOf: (fate) => {
      const { status, error } = INFOBIP_FATES[fate];
      return String(status.groupId === 3 || error.id === 0 ? status.id : error.id);
    },
  },
  sinch: {
    impossible: {
      same_id_repeat: NOTHING_REPEATED,
      duplicate_id_answer: NOTHING_REPEATED,
      repeat_gated: NOTHING_REPEATED,
      zombie_fenced:
        'Nobody else ever claims a message of which nobody knows, so that a late outcome counts.',
      batch_split: ONE_A_CALL,
      missing_entry: ONE_A_CALL,
    },
    repeats: false,
    reports: { integration: 'sinch-mms', path: 'postbacks' },
    deliveredReport: (messageId) => ({
      code: 'N102',
      status: 'Delivered',
      'sent-as': 'MMS',
      'tracking-id': messageId,
      'client-reference': messageId,
      to: '12125550200',
      timestamp: new Date().toISOString(),
    }),
    codeOf: (fate, channel) =>
      channel === 'mms' ? SINCH_MMS_FATES[fate].code : String(SINCH_SMS_FATES[fate].code),
  },
};

export function chaosVendor(name: Vendor): ChaosVendor {
  return { ...CHAOS_VENDORS[name], name, providers: [...new Set(Object.values(VENDORS[name]))] };
}
