// Numbers of bytes as people write and read them.

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** What `parseSize` understands, to follow the word "expected". */
export const SIZE_EXPECTED = `a whole number of bytes above 0, or a number with one of ${Object.keys(UNITS).join(', ')}, such as 256MiB`;

/** Bytes from a text such as `1GiB`, `1.5 MB` or `4096`, in any letter case; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const [, amount, name = 'B'] = /^(\d+(?:\.\d+)?) ?([a-z]+)?$/i.exec(text.trim()) ?? [];
  const unit = Object.entries(UNITS).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
  const bytes = Number(amount) * (unit ?? Number.NaN);
  const isWhole = unit === 1 ? Number.isInteger(bytes) : Number.isFinite(bytes);
  const rounded = Math.round(bytes);
  return isWhole && rounded > 0 && Number.isSafeInteger(rounded) ? rounded : undefined;
}

/** `256.0 MiB`; below 1 KiB in whole bytes. */
export function formatBytes(bytes: number): string {
  const [unit, factor] = [...IEC].reverse().find(([, factor]) => bytes >= factor) ?? ['B', 1];
  return unit === 'B' ? `${bytes} B` : `${(bytes / factor).toFixed(1)} ${unit}`;
}

/** `312.5 MiB/s`; nothing to say before any time has passed. */
export function formatRate(bytes: number, milliseconds: number): string {
  return milliseconds > 0 ? `${formatBytes(Math.round((bytes / milliseconds) * 1000))}/s` : '-';
}

const IEC = Object.entries(UNITS).filter(([name]) => name.endsWith('iB'));
