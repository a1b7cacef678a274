import type { TaskMessage } from './taskInfo.js';

/** Messages that are whole as soon as their pattern matches; others may go on after a cut. */
const wholeKinds: readonly TaskMessage['kind'][] = [
  'started',
  'engine-progress',
  'file-progress',
  'engine-done',
  'file-done',
  'completed',
  'failure-frame',
];

const same = (a: TaskMessage | undefined, b: TaskMessage | undefined) =>
  a?.stamp === b?.stamp && a?.text === b?.text;

const startsWith = (a: TaskMessage | undefined, b: TaskMessage | undefined) =>
  a !== undefined && b !== undefined && a.stamp === b.stamp && a.text.startsWith(b.text);

/**
 * What of `current` has not been shown yet. Texts usually grow; they may be cut off inside the last
 * message, shrink for a while, or be replaced. While the text may still grow (`settled` false) the
 * last message is held back unless it is surely whole.
 */
export function newMessages(
  shown: readonly TaskMessage[],
  current: readonly TaskMessage[],
  settled: boolean,
): { readonly fresh: readonly TaskMessage[]; readonly shown: readonly TaskMessage[] } {
  const last = current.at(-1);
  const held = !settled && last !== undefined && !wholeKinds.includes(last.kind);
  const ready = held ? current.slice(0, -1) : current;
  let common = 0;
  while (common < ready.length && common < shown.length && same(ready[common], shown[common])) {
    common++;
  }
  const shrunk =
    common === ready.length ||
    (common === ready.length - 1 && startsWith(shown[common], ready[common]));
  if (shrunk && common < shown.length) return { fresh: [], shown };
  const grown = common === shown.length - 1 && startsWith(ready[common], shown[common]);
  const from = common === shown.length || grown ? common : overlap(shown, ready);
  return { fresh: ready.slice(from), shown: ready };
}

/** How many messages at the start of `ready` are the last ones of `shown`. */
function overlap(shown: readonly TaskMessage[], ready: readonly TaskMessage[]): number {
  for (let size = Math.min(shown.length, ready.length); size > 0; size--) {
    const tail = shown.slice(-size);
    if (tail.every((message, index) => same(message, ready[index]))) return size;
  }
  return 0;
}
