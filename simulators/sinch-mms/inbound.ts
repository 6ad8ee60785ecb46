import type { InboundVendor, SentMessage } from '../inbound.ts';
import { SINCH_MMS_RETRIES } from '../retries.ts';

/** Postbacks N401. */
export const INBOUND_OF_SINCH_MMS: InboundVendor = {
  write: (message) => ({ headers: {}, body: JSON.stringify(postbackOf(message)) }),
  ...SINCH_MMS_RETRIES,
};

/** A text is a file at Sinch, which nobody can fetch here; its first word stands for it. */
function postbackOf({ id, from, to, text, media, at }: SentMessage): object {
  const [keyword] = text.trim().split(/\s+/);
  const files = [...media, ...(text === '' ? [] : [`https://mo.example.test/${id}.txt`])];
  return {
    origin: 'MMS_MO',
    code: 'N401',
    from: from.replace(/^\+/, ''),
    to: to.replace(/^\+/, ''),
    ...(keyword && { keyword: keyword.toUpperCase() }),
    'tracking-id': id,
    'operator-id': '310012',
    timestamp: new Date(at).toISOString(),
    content: files.map((file) => ({ file })),
  };
}
