import type { Host, TextSink } from '../host.js';
import { LiveLine } from './liveLine.js';
import { progressBar, type ProgressFigures, progressText } from './progressLine.js';
import { ProgressLog } from './progressLog.js';
import { type Style, styleFor } from './style.js';

/** Text is never set wider than this: long lines are hard to read. */
const widestText = 100;

export interface ProgressDisplay extends Disposable {
  show(figures: ProgressFigures): void;
}

/**
 * Everything a command writes. Results go to standard output, as text for people or as JSON for
 * programs; progress, warnings and errors go to standard error in either case.
 */
export class Output {
  readonly #host: Host;
  readonly json: boolean;
  /** For text on standard output. */
  readonly style: Style;
  /** For text on standard error. */
  readonly noticeStyle: Style;
  #live: LiveLine | undefined;

  constructor(host: Host, json: boolean) {
    this.#host = host;
    this.json = json;
    this.style = styleFor(host.stdout, host.env);
    this.noticeStyle = styleFor(host.stderr, host.env);
  }

  /** Columns for text on standard output. */
  get width(): number {
    return this.#widthOf(this.#host.stdout);
  }

  /** Columns for text on standard error. */
  get noticeWidth(): number {
    return this.#widthOf(this.#host.stderr);
  }

  /** A result: the JSON value with `--json`, else the text. */
  result(value: unknown, text: () => string): void {
    this.#write(this.#host.stdout, this.json ? toJson(value) : text());
  }

  /** Text that `--json` has another way to say. */
  text(text: string): void {
    if (!this.json) this.#write(this.#host.stdout, text);
  }

  /** One line of JSON that people have another way to see. */
  event(value: unknown): void {
    if (this.json) this.#write(this.#host.stdout, toJson(value));
  }

  /** For people, whatever standard output carries. */
  notice(text: string): void {
    this.#write(this.#host.stderr, text);
  }

  warn(text: string): void {
    this.notice(`${this.noticeStyle.yellow('Warning:')} ${text}`);
  }

  /**
   * A bar on a terminal, a line now and then elsewhere (or none, with `terminalOnly`). One at a time;
   * dispose it to take it away, as often as you like.
   */
  progress(o: { readonly terminalOnly?: boolean } = {}): ProgressDisplay {
    const { stderr, env } = this.#host;
    if (stderr.isTTY !== true || env['TERM'] === 'dumb') {
      const log = new ProgressLog();
      const show = (figures: ProgressFigures) => {
        if (o.terminalOnly !== true && log.isDue(figures.fraction)) {
          this.notice(progressText(figures));
        }
      };
      return { show, [Symbol.dispose]: () => undefined };
    }
    let latest: ProgressFigures | undefined;
    const live = new LiveLine(stderr, () =>
      latest === undefined ? '' : progressBar(latest, stderr.columns ?? 80),
    );
    this.#live = live;
    return {
      show: (figures) => {
        latest = figures;
        live.update();
      },
      [Symbol.dispose]: () => {
        if (this.#live !== live) return;
        live.clear();
        this.#live = undefined;
      },
    };
  }

  /** COLUMNS is what a pager or another program says of the terminal behind a pipe. */
  #widthOf({ columns }: TextSink): number {
    return Math.min(widestText, columns ?? (Number(this.#host.env['COLUMNS']) || widestText));
  }

  #write(sink: TextSink, text: string): void {
    const write = () => {
      sink.write(`${text}\n`);
    };
    // Standard output and standard error may be the same terminal, so either clears the bar.
    if (this.#live === undefined) write();
    else this.#live.above(write);
  }
}

/** Large integers as text, bytes as base64, the rest as JSON has it. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return part.toString();
    // Buffer.toJSON has run before the replacer sees it.
    if (isBufferJson(part)) return Buffer.from(part.data).toString('base64');
    return part;
  });
}

function isBufferJson(part: unknown): part is { type: 'Buffer'; data: number[] } {
  return (
    typeof part === 'object' &&
    part !== null &&
    (part as { type?: unknown }).type === 'Buffer' &&
    Array.isArray((part as { data?: unknown }).data)
  );
}
