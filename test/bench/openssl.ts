import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Measured } from './measure.js';

/** Any key and IV will do: what is measured is the cipher. */
const key = '00'.repeat(32);
const iv = '00'.repeat(16);

/**
 * `openssl enc -aes-256-cbc` of a file to a file. Node does not tell what a child has used, so the
 * POSIX shell does: `times` prints the processor time of its finished children. The peak is read from
 * /proc while it runs, where there is one; openssl's memory does not grow.
 * @throws when there is no openssl or no POSIX shell
 */
export async function measureOpenssl(file: string, target: string): Promise<Measured> {
  const command = ['openssl', 'enc', '-aes-256-cbc', '-K', key, '-iv', iv];
  const args = [...command, '-in', file, '-out', target];
  const started = performance.now();
  const shell = spawn('sh', ['-c', '"$@" && times', 'sh', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peakMiB: number | null = null;
  const sampler = setInterval(() => {
    peakMiB = Math.max(peakMiB ?? 0, peakOfChild(shell.pid ?? 0) ?? 0) || null;
  }, 20);
  let output = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    shell.on('error', reject).on('close', resolve);
  }).finally(() => {
    clearInterval(sampler);
  });
  const wallS = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`openssl ended with status ${status ?? 'none'}`);
  return { wallS, cpuS: childSeconds(output), peakMiB };
}

/** The second line of `times`: user and system time of the children, as `0m1.230s 0m0.450s`. */
function childSeconds(times: string): number {
  const line = times.trim().split('\n')[1] ?? '';
  const found = [...line.matchAll(/(\d+)m([\d.]+)s/g)];
  if (found.length !== 2) throw new Error(`times printed ${JSON.stringify(times)}`);
  return found.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

function peakOfChild(shell: number): number | undefined {
  try {
    const [child] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ');
    const status = readFileSync(`/proc/${child ?? ''}/status`, 'utf8');
    const kib = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
    return kib === undefined ? undefined : Number(kib) / 1024;
  } catch {
    // Not started yet, over already, or a system without /proc.
    return undefined;
  }
}
