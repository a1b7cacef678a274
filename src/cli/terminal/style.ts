import type { Host, TextSink } from '../host.js';

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] };

export type Style = Readonly<Record<keyof typeof codes, (text: string) => string>>;

/** `NO_COLOR` and `FORCE_COLOR` as their conventions say; else colours on a terminal only. */
function hasColors(sink: TextSink, env: Host['env']): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return sink.isTTY === true && env['TERM'] !== 'dumb';
}

/** Text styles for one stream; they do nothing where colours do not belong. */
export function styleFor(sink: TextSink, env: Host['env']): Style {
  const on = hasColors(sink, env);
  const style = ([start, end]: readonly number[]) =>
    on
      ? (text: string) => `\u001b[${String(start)}m${text}\u001b[${String(end)}m`
      : (text: string) => text;
  return {
    bold: style(codes.bold),
    dim: style(codes.dim),
    red: style(codes.red),
    green: style(codes.green),
    yellow: style(codes.yellow),
  };
}
