import type { SandboxClock } from './contract.js';

/** Time that passes `scale` times faster than the wall clock, from `notBefore` at the earliest. */
export function scaledClock(scale: number, notBefore = new Date(0)): SandboxClock {
  const realStart = Date.now();
  const start = Math.max(realStart, notBefore.getTime());
  return {
    now: () => new Date(start + (Date.now() - realStart) * scale),
    sleep: (seconds, signal) =>
      new Promise((resolve, reject) => {
        const fail = () => {
          clearTimeout(timer);
          reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
        };
        const timer = setTimeout(
          () => {
            signal?.removeEventListener('abort', fail);
            resolve();
          },
          (seconds * 1000) / scale,
        );
        if (signal?.aborted) fail();
        else signal?.addEventListener('abort', fail, { once: true });
      }),
  };
}
