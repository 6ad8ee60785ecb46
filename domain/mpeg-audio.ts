/** Kilobits a second of layer III by the number in a frame's header, of MPEG 1 and of MPEG 2 and 2.5. */
const BITRATES = {
  mpeg1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  mpeg2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
/** Samples a second by version (0 is MPEG 2.5, 2 is MPEG 2, 3 is MPEG 1) and number. */
const SAMPLE_RATES: Readonly<Record<number, readonly number[]>> = {
  0: [11_025, 12_000, 8_000],
  2: [22_050, 24_000, 16_000],
  3: [44_100, 48_000, 32_000],
};

/** Whether a file begins as an MP3: with an ID3v2 tag, or with a frame that is followed by another one. */
export function isMpegAudio(head: Uint8Array): boolean {
  if (hasId3(head)) return true;
  const length = frameLength(head, 0);
  if (length === undefined) return false;
  return length + 4 > head.length || frameLength(head, length) !== undefined;
}

function hasId3(head: Uint8Array): boolean {
  const [i, d, three, major = 0xff, minor = 0xff, , ...size] = head.subarray(0, 10);
  const isTag = i === 0x49 && d === 0x44 && three === 0x33 && major < 5 && minor < 0xff;
  return isTag && size.length === 4 && size.every((byte) => byte < 0x80);
}

/** Length in bytes of the layer III frame at an offset; undefined when there is none. */
function frameLength(bytes: Uint8Array, at: number): number | undefined {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
  if (first !== 0xff || (second & 0xe0) !== 0xe0 || ((second >> 1) & 3) !== 1) return undefined;
  const version = (second >> 3) & 3;
  const bitrate = (version === 3 ? BITRATES.mpeg1 : BITRATES.mpeg2)[third >> 4];
  const samples = SAMPLE_RATES[version]?.[(third >> 2) & 3];
  if (!bitrate || samples === undefined) return undefined;
  const padding = (third >> 1) & 1;
  return Math.floor(((version === 3 ? 144 : 72) * bitrate * 1_000) / samples) + padding;
}
