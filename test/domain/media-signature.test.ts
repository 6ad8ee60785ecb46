import { detectMediaType } from '../../domain/media-signature.ts';
import { contradicts, mediaTypeOf } from '../../domain/media-type.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const ftyp = (brand: string): Buffer => latin1(`\0\0\0\x18ftyp${brand}\0\0\0\0mp42isom`);
/** MPEG 1, layer III, 128 kbit/s at 44.1 kHz: 417 bytes. */
const MP3_FRAME = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x00]), Buffer.alloc(413)]);

describe('the type of a file', () => {
  it.each<[what: string, head: Buffer, type: string]>([
    ['a JPEG', latin1('\xFF\xD8\xFF\xE0\0\x10JFIF'), 'image/jpeg'],
    ['a PNG', latin1('\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x01'), 'image/png'],
    ['a GIF', latin1('GIF89a\x01\0\x01\0'), 'image/gif'],
    ['an MP4', ftyp('isom'), 'video/mp4'],
    ['a film of an iPhone', ftyp('qt  '), 'video/quicktime'],
    ['a film from the time before brands', latin1('\0\0\0\x08wide\0\0\0\0mdat'), 'video/quicktime'],
    ['an M4A', ftyp('M4A '), 'audio/mp4'],
    ['AAC frames', Buffer.from([0xff, 0xf1, 0x50, 0x80, 0x02, 0x1f, 0xfc, 0x00]), 'audio/aac'],
    ['an MP3 with a tag', latin1('ID3\x04\0\0\0\0\x02\x01TIT2'), 'audio/mpeg'],
    ['an MP3 without one', Buffer.concat([MP3_FRAME, MP3_FRAME]), 'audio/mpeg'],
    ['a contact card', latin1('BEGIN:VCARD\r\nVERSION:3.0\r\n'), 'text/vcard'],
    ['a contact card with a byte order mark', Buffer.from('\uFEFFbegin:vcard\nVERSION:4.0\n'), 'text/vcard'],
    ['an appointment', latin1('BEGIN:VCALENDAR\nVERSION:2.0\n'), 'text/calendar'],
    ['a PDF', latin1('%PDF-1.7\n%'), 'application/pdf'],
  ])('is told by its content: %s', (_what, head, type) => {
    expect(detectMediaType(head)).toBe(type);
  });

  it.each<[what: string, head: Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['HTML', latin1('<!doctype html><html><body>BEGIN:VCARD</body></html>')],
    ['SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['WebP', latin1('RIFF\x24\0\0\0WEBPVP8 ')],
    ['HEIC', ftyp('heic')],
    ['AVIF', ftyp('avif')],
    ['3GP', ftyp('3gp5')],
    ['UTF-16', Buffer.from([0xff, 0xfe, 0x3c, 0x00, 0x68, 0x00])],
    ['a zip', latin1('PK\x03\x04')],
    ['one frame that none follows', Buffer.concat([MP3_FRAME, Buffer.alloc(600, 0x20)])],
    ['a tag of no size', latin1('ID3<html>')],
    ['a PNG cut in its signature', latin1('\x89PNG\r\n')],
    ['a card that only seems to begin', latin1('BEGIN:VCARDS')],
  ])('is none that a message can carry: %s', (_what, head) => {
    expect(detectMediaType(head)).toBeUndefined();
  });
});

describe('what is declared of a file', () => {
  it.each([
    ['image/jpeg; charset=binary', 'image/jpeg', false],
    ['IMAGE/JPG', 'image/jpeg', false],
    ['application/octet-stream', 'video/mp4', false],
    [undefined, 'image/png', false],
    ['image/png', 'image/jpeg', true],
    ['text/html', 'image/png', true],
    ['video/mp4', 'video/quicktime', true],
  ] as const)('contradicts the content or not: %s of %s', (declared, found, expected) => {
    expect(contradicts(declared, found)).toBe(expected);
  });

  it('may be an ending of its address', () => {
    expect(mediaTypeOf('https://example.com/a.JPEG?x=1')).toBe('image/jpeg');
    expect(mediaTypeOf('/media/song.m4a')).toBe('audio/mp4');
    expect(mediaTypeOf('/media/page.html')).toBeUndefined();
  });
});
