const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  aac: 'audio/aac',
  vcf: 'text/vcard',
  ics: 'text/calendar',
  pdf: 'application/pdf',
};

/** The media type that an address's ending stands for, undefined when it stands for none that we know. */
export function mediaTypeOf(url: string): string | undefined {
  const [, ending = ''] = /\.([a-z0-9]+)(?:[?#].*)?$/i.exec(url) ?? [];
  return TYPES[ending.toLowerCase()];
}
