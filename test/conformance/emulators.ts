import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/ports.js';
import type { AwsPlace } from './awsPlace.js';
import { cleanEnvironment, environmentProgram } from './clients.js';

/** A stand-in for AWS that nobody here wrote. */
export interface Emulator extends AwsPlace {
  readonly stop: () => Promise<void>;
}

const startWithinMs = 60_000;
const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing', region: 'us-east-1' };

export async function startMoto(): Promise<Emulator> {
  const port = await freePort();
  const program = environmentProgram('aws', 'moto_server');
  return start(program, ['-H', '127.0.0.1', '-p', String(port)], {}, port, '/moto-api/data.json');
}

export async function startMinistack(): Promise<Emulator> {
  const port = await freePort();
  const program = environmentProgram('ministack', 'ministack');
  const env = { BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port) };
  return start(program, [], env, port, '/_ministack/health');
}

async function start(
  program: string,
  args: string[],
  env: Record<string, string>,
  port: number,
  healthPath: string,
): Promise<Emulator> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'conformance-emulator-'));
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  const stop = async () => {
    await endProcess(child);
    await rm(folder, { recursive: true, force: true });
  };
  const endpointUrl = `http://127.0.0.1:${port}`;
  try {
    const deadline = Date.now() + startWithinMs;
    while (!(await answers(endpointUrl + healthPath))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${path.basename(program)} did not start:\n${said}`);
      }
      await delay(200);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...credentials, endpointUrl, stop };
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    http
      .get(url, { timeout: 2000, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      })
      .on('error', () => {
        resolve(false);
      });
  });
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(forced);
}
