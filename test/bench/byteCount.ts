const units: Readonly<Record<string, number>> = { MiB: 2 ** 20, GiB: 2 ** 30 };

/** `1GiB` as bytes. @throws Error for what is no size */
export function byteCount(size: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(MiB|GiB)$/.exec(size) ?? [];
  const bytes = Number(number) * (units[unit] ?? 0);
  if (!(bytes > 0)) throw new Error(`--size takes a number and MiB or GiB, not "${size}"`);
  return bytes;
}
