// Runs the programs of the demo, shows what they print and keeps the time.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from './project.mjs';

/**
 * What the sandbox prints when it is ready.
 * @typedef {object} SandboxInfo
 * @property {string} endpointUrl
 * @property {string} region
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} bucket
 * @property {string} kmsKeyArn
 * @property {{ id: string, password: string, caFile: string }[]} instances
 */

/** A step of the demo did not do what it should. */
export class StepFailed extends Error {
  /** @param {string} step @param {unknown} cause */
  constructor(step, cause) {
    super(`The step "${step}" failed: ${cause instanceof Error ? cause.message : String(cause)}`);
    this.step = step;
  }
}

const color = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
/** @param {string} text */
export const bold = (text) => (color ? `\u001b[1m${text}\u001b[22m` : text);
/** @param {string} text */
const green = (text) => (color ? `\u001b[32m${text}\u001b[39m` : text);
const width = Math.min(process.stdout.columns || 100, 100);

export class Stage {
  /** @type {{ title: string, seconds: number }[]} */
  #done = [];
  /** @type {Set<{ child: import('node:child_process').ChildProcess, closed: Promise<unknown> }>} */
  #running = new Set();
  #signal;
  /** Environment of the command line program. @type {NodeJS.ProcessEnv} */
  environment = {};

  /** @param {AbortSignal} signal stops whatever runs */
  constructor(signal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => {
      for (const { child } of this.#running) child.kill('SIGTERM');
    });
  }

  /** @param {string} text */
  say(text) {
    process.stdout.write(`${text}\n`);
  }

  /**
   * @template T
   * @param {string} title
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async step(title, work) {
    const heading = `${String(this.#done.length + 1)}. ${title} `;
    this.say(`\n${bold(heading + '─'.repeat(Math.max(3, width - heading.length)))}`);
    const start = performance.now();
    try {
      const result = await work();
      this.#signal.throwIfAborted();
      this.#done.push({ title, seconds: (performance.now() - start) / 1000 });
      return result;
    } catch (error) {
      throw new StepFailed(title, error);
    }
  }

  /**
   * Runs `rds-backup …` as a user would and shows the command line and everything it prints.
   * @param {string[]} args
   * @param {{ exitCode?: number, says?: string[] }} [expected] a difference fails the step
   * @returns {Promise<string>} its standard output
   */
  async cli(args, { exitCode = 0, says = [] } = {}) {
    this.say(`${bold('$')} ${commandLine(['rds-backup', ...args])}`);
    const { child, closed } = this.#start('cli', args, this.environment);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
      process.stdout.write(text);
    });
    // Errors belong to the story; both go to one stream, so that they stay in order in a log.
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      errors += text;
      process.stdout.write(text);
    });
    const code = await closed;
    this.#signal.throwIfAborted();
    if (code !== exitCode) {
      throw new Error(`rds-backup ${args[0]} ended with exit code ${code}, not ${exitCode}.`);
    }
    for (const text of says) {
      if (!`${output}${errors}`.includes(text)) {
        throw new Error(`rds-backup ${args[0]} did not say "${text}".`);
      }
    }
    return output;
  }

  /**
   * Starts the sandbox and waits until it is ready.
   * @param {string[]} args
   * @returns {Promise<SandboxInfo>} what it prints then: where everything is
   */
  startSandbox(args) {
    const { child, closed } = this.#start('sandbox', args, process.env);
    child.stderr.pipe(process.stderr);
    return new Promise((resolve, reject) => {
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
        text += chunk;
        const end = text.indexOf('\n');
        if (end < 0) return;
        /** @type {unknown} */
        const info = JSON.parse(text.slice(0, end));
        resolve(/** @type {SandboxInfo} */ (info));
      });
      void closed.then((code) => {
        reject(new Error(`the sandbox ended before it was ready, with exit code ${code}.`));
      });
    });
  }

  /** Ends every program that still runs and waits for it. */
  async stopAll() {
    for (const { child, closed } of [...this.#running]) {
      child.kill('SIGTERM');
      const giveUp = setTimeout(() => child.kill('SIGKILL'), 5000);
      await closed;
      clearTimeout(giveUp);
    }
  }

  /** @param {string[]} conclusions */
  summary(conclusions) {
    this.say(`\n${bold('Summary')}`);
    for (const { title, seconds } of this.#done) {
      this.say(`  ${green('✓')} ${title.padEnd(width - 16)} ${seconds.toFixed(1).padStart(6)} s`);
    }
    const total = this.#done.reduce((sum, { seconds }) => sum + seconds, 0);
    this.say(`    ${'in all'.padEnd(width - 16)} ${total.toFixed(1).padStart(6)} s\n`);
    for (const conclusion of conclusions) this.say(conclusion);
  }

  /** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} env */
  #start(program, args, env) {
    this.#signal.throwIfAborted();
    const child = spawn(process.execPath, [path.join(root, 'dist', `${program}.js`), ...args], {
      cwd: root,
      env: { ...env, COLUMNS: String(width), ...(color ? { FORCE_COLOR: '1' } : {}) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    /** @type {Promise<number>} */
    const closed = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        this.#running.delete(running);
        resolve(code ?? 1);
      });
    });
    const running = { child, closed };
    this.#running.add(running);
    return running;
  }
}

/** The command as it would be typed, broken before an option where it gets too long. */
function commandLine(/** @type {string[]} */ words) {
  /** An option stays with its value. @type {string[]} */
  const units = [];
  for (const word of words) {
    const typed = /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`;
    const last = units.at(-1) ?? '';
    const isValue = last.startsWith('--') && !last.includes(' ') && !word.startsWith('--');
    if (isValue) units[units.length - 1] = `${last} ${typed}`;
    else units.push(typed);
  }
  const lines = [''];
  for (const unit of units) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + unit.length + 5 > width) {
      lines[lines.length - 1] = `${line} \\`;
      lines.push(`    ${unit}`);
    } else {
      lines[lines.length - 1] = line === '' ? unit : `${line} ${unit}`;
    }
  }
  return lines.join('\n');
}
