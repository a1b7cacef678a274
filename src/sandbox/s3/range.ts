import { DetailedFailure } from '../http/protocol.js';

export interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * The range that a Range header asks for; undefined when it asks for everything, or in a way that
 * servers are to ignore (several ranges, another unit, end before start).
 * @throws ServiceFailure `InvalidRange` (416) when nothing of the object lies in it
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const [, first, last] = /^bytes=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/.exec(header) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    if (length === 0) throw unsatisfiable(header, size);
    return { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) throw unsatisfiable(header, size);
  return { start, end };
}

function unsatisfiable(header: string, size: number): DetailedFailure {
  return new DetailedFailure(
    'InvalidRange',
    'The requested range is not satisfiable',
    416,
    { RangeRequested: header, ActualObjectSize: String(size) },
    { 'content-range': `bytes */${String(size)}` },
  );
}
