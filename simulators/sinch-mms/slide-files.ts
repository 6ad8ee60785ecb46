import { limitSets, strictest, UNSAVED_AT_SINCH } from '../../domain/media-limits.ts';
import { senderKindOf } from '../../domain/sender-kind.ts';
import type { MediaCheck } from '../media-check.ts';
import { mediumOf, type Medium } from '../medium.ts';
import { SLOTS, type Slot } from './slots.ts';
import { mediumSchema, type SinchMmsRequest } from './wire.ts';

/** A file of a slide. */
export interface SlideFile extends Medium {
  readonly slot: Slot;
}

/** The files of all slides, in order. @param check undefined where nobody looks at them */
export function filesOf(
  { slide: slides = [] }: SinchMmsRequest,
  check: MediaCheck | undefined,
): Promise<readonly SlideFile[]> {
  const named = slides.flatMap((slide) =>
    Object.entries(SLOTS).flatMap(([name, slot]) => {
      const { data } = mediumSchema.safeParse(slide[name]);
      return data ? [{ slot, url: data.url }] : [];
    }),
  );
  return Promise.all(
    named.map(async ({ slot, url }) => ({ slot, ...(await mediumOf({ url, kind: slot.kind }, check)) })),
  );
}

/** Whether Sinch could not copy it: it must be there, and its server must say how long it is. */
export function isNotCopied({ file }: Medium): boolean {
  return file === null || file?.bytes === null;
}

/** Code with which files that are to be saved are refused; undefined where they are not. What is saved is taken as large as from a short code. */
export function faultOfSavedFiles(files: readonly SlideFile[]): string | undefined {
  const limits = strictest(limitSets('sinch-mms', 'short-code'));
  return firstOf(files, (each) => (isNotCopied(each) ? each.slot.notCopied : faultOfFile(each, limits)));
}

/** Code with which files are refused that come with a message; those that can't be copied are told of by a postback. */
export function faultOfSentFiles(files: readonly SlideFile[], from = ''): string | undefined {
  const limits = strictest([...limitSets('sinch-mms', senderKindOf(from)), UNSAVED_AT_SINCH]);
  return firstOf(
    files,
    (each) => faultOfFile(each, limits) ?? (isOutOfPlace(each) ? UNRECOGNISED : undefined),
  );
}

/** Code of the postback that what was saved can't be encoded; undefined where it can. */
export function faultOfEncoding(files: readonly SlideFile[]): string | undefined {
  return firstOf(files, (each) => (isOutOfPlace(each) ? each.slot.notEncoded : undefined));
}

const UNRECOGNISED = 'E629';
const NOTHING_SAID: ReadonlySet<string | null> = new Set([null, 'application/octet-stream']);

function faultOfFile(
  { slot, kind, type, file }: SlideFile,
  limits: ReturnType<typeof strictest>,
): string | undefined {
  if (!file) return undefined;
  if (NOTHING_SAID.has(file.contentType)) return UNRECOGNISED;
  if (slot.type !== undefined && type !== undefined && type !== slot.type) return UNRECOGNISED;
  const max = limits.files?.[kind ?? slot.kind] ?? Number.POSITIVE_INFINITY;
  return (file.bytes ?? 0) > max ? slot.tooBig : undefined;
}

/** Whether its server says that it is no image, audio or video, where one is to stand. */
function isOutOfPlace({ slot, file }: SlideFile): boolean {
  const [main] = file?.contentType?.split('/') ?? [];
  return main !== undefined && !slot.isObject && main !== slot.kind;
}

function firstOf(
  files: readonly SlideFile[],
  faultOf: (file: SlideFile) => string | undefined,
): string | undefined {
  return files.map(faultOf).find((fault) => fault !== undefined);
}
