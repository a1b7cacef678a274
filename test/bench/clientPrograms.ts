import path from 'node:path';
import { root } from '../support/paths.js';
import type { ClientFigure } from './figures.js';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

export interface LeftOut {
  /** Why. */
  readonly leftOut: string;
}

/** The largest parts of which a few fit into memory: fewest requests, and both clients were fastest so. */
const partMiB = '64';
const connections = '4';

/** The program of a figure, or why it is left out; scripts/bench.mjs prepares both. */
export function clientProgram(figure: ClientFigure): Program | LeftOut {
  const { env } = process;
  if (figure.startsWith('java')) {
    const { RDS_BACKUP_JAVA: java, RDS_BACKUP_JAVA_CLASSPATH: classPath } = env;
    if (java === undefined || classPath === undefined) {
      return { leftOut: env.RDS_BACKUP_JAVA_LEFT_OUT ?? 'the Java clients were not prepared' };
    }
    return { command: java, args: ['-cp', classPath, 'BenchClient', partMiB, connections] };
  }
  const bin = env.RDS_BACKUP_PYTHON_AWS;
  if (bin === undefined) {
    return { leftOut: env.RDS_BACKUP_PYTHON_LEFT_OUT ?? 'the Python client was not prepared' };
  }
  const script = path.join(root, 'test', 'bench', 'clients', 'bench_client.py');
  return { command: path.join(bin, 'python'), args: ['-B', script, partMiB] };
}
