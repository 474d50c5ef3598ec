// A file name that a stranger chose, as a name that is safe in a folder of ours on any system. [SI-R-16] [XEP-0234 §12]

/** In bytes of UTF-8. File systems take 255; the rest is for a number and for the ending of a partial file. */
const MAX_BYTES = 200;
/** A longer ending is no ending, but part of the name. */
const MAX_EXTENSION = 20;
/** Ours, for files that are not complete. */
export const PARTIAL = '.part';

/** Control and format characters (bidirectional ones among them) and line separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const FORBIDDEN_ON_WINDOWS = /[<>:"|?*]/g;
const DEVICES = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/i;

/** Never empty, without folders, not hidden, no device, and never the name of a partial file. */
export function safeName(name: string): string {
  const visible = Buffer.from(name).toString().replace(INVISIBLE, '').normalize('NFC');
  const segment = visible.split(/[/\\]/).findLast((part) => /[^. ]/.test(part)) ?? '';
  const plain = segment
    .replace(FORBIDDEN_ON_WINDOWS, '_')
    .trim()
    .replace(/^\.+/, '_') // neither hidden nor `..`
    .replace(/[. ]+$/, ''); // Windows drops them
  const { stem, extension } = splitName(plain === '' ? 'file' : plain);
  const isDevice = DEVICES.test((stem.split('.')[0] ?? '').trim());
  const short = shorten(isDevice ? `_${stem}` : stem, MAX_BYTES - Buffer.byteLength(extension));
  const safe = `${short}${extension}`;
  return safe.toLowerCase().endsWith(PARTIAL) ? `${safe}_` : safe;
}

/** The n-th name to try when there are files of that name: `report (2).pdf`. */
export function numberedName(name: string, number: number): string {
  const { stem, extension } = splitName(name);
  return number === 0 ? name : `${stem} (${number})${extension}`;
}

/** The first so many bytes, without half a character at the end. */
export function shorten(text: string, bytes: number): string {
  let length = 0;
  let end = 0;
  for (const character of text) {
    length += Buffer.byteLength(character);
    if (length > bytes) return text.slice(0, end).trimEnd();
    end += character.length;
  }
  return text;
}

function splitName(name: string): { readonly stem: string; readonly extension: string } {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot) : '';
  const isLong = Buffer.byteLength(extension) > MAX_EXTENSION;
  return isLong
    ? { stem: name, extension: '' }
    : { stem: name.slice(0, name.length - extension.length), extension };
}
