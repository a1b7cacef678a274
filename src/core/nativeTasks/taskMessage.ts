/** What a message of task_info says; everything not in RDS's fixed grammar is `text`. */
export type TaskMessageKind =
  | { readonly kind: 'started' }
  | {
      readonly kind: 'file-plan';
      /** For example `RESTORE_DB`. */
      readonly taskType: string;
      readonly fileCount: number;
      /** Full S3 keys. */
      readonly files: readonly string[];
    }
  | { readonly kind: 'engine-progress'; readonly percent: number }
  | { readonly kind: 'file-progress'; readonly file: string; readonly percent: number }
  | {
      readonly kind: 'engine-done';
      readonly verb: 'BACKUP' | 'RESTORE';
      readonly what: 'DATABASE' | 'LOG';
      readonly pages: number;
      readonly seconds: number;
      readonly megabytesPerSecond: number;
    }
  | { readonly kind: 'file-done'; readonly file: string }
  | { readonly kind: 'completed' }
  /** Boilerplate of every failed task; says nothing about the cause. */
  | { readonly kind: 'failure-frame' }
  /** Clean-up after a failure; `file` where the message names one. */
  | { readonly kind: 'clean-up'; readonly file?: string }
  | { readonly kind: 'text' };

type Build = (groups: Record<string, string>) => TaskMessageKind;

const fixed =
  (kind: 'started' | 'completed' | 'failure-frame' | 'clean-up'): Build =>
  () => ({ kind });

/**
 * The fixed grammar after whitespace collapse. FILE stands for an S3 key: with blanks when a message
 * stands alone, without when it is looked for in running text.
 */
const grammar: readonly (readonly [source: string, build: Build])[] = [
  ['Task execution has started\\.', fixed('started')],
  [
    '(?<taskType>[A-Z_]+) task will initiate a multi-file task with (?<n>\\d+) file\\(s\\)\\. ' +
      'The files are: (?<files>FILES)\\.(?=\\s|$)',
    (g) => ({
      kind: 'file-plan',
      taskType: g.taskType ?? '',
      fileCount: Number(g.n),
      files: (g.files ?? '').split(', '),
    }),
  ],
  [
    '(?<pct>\\d+) percent processed\\.',
    (g) => ({ kind: 'engine-progress', percent: Number(g.pct) }),
  ],
  [
    '(?<file>FILE): Completed processing (?<pct>\\d+(?:\\.\\d+)?)% of S3 chunks\\.',
    (g) => ({ kind: 'file-progress', file: g.file ?? '', percent: Number(g.pct) }),
  ],
  [
    '(?<verb>BACKUP|RESTORE) (?<what>DATABASE|LOG) successfully processed (?<pages>\\d+) pages ' +
      'in (?<sec>[\\d.]+) seconds \\((?<rate>[\\d.]+) MB/sec\\)\\.',
    (g) => ({
      kind: 'engine-done',
      verb: g.verb === 'BACKUP' ? 'BACKUP' : 'RESTORE',
      what: g.what === 'LOG' ? 'LOG' : 'DATABASE',
      pages: Number(g.pages),
      seconds: Number(g.sec),
      megabytesPerSecond: Number(g.rate),
    }),
  ],
  [
    '(?<file>FILE): S3 processing completed successfully',
    (g) => ({ kind: 'file-done', file: g.file ?? '' }),
  ],
  ['Command execution completed successfully\\.', fixed('completed')],
  [
    'Aborted the task because of a task failure or a concurrent [A-Z_]+ request\\.',
    fixed('failure-frame'),
  ],
  [
    'Aborted the task because of a task failure or an overlap with your preferred backup window ' +
      'for RDS automated backup\\.',
    fixed('failure-frame'),
  ],
  [
    '(?<file>FILE): (?:Aborting S3 \\w+, waiting for S3 workers to clean up and exit|' +
      'S3 processing has been aborted)',
    (g) => ({ kind: 'clean-up', file: g.file ?? '' }),
  ],
  ['Task has been aborted', fixed('clean-up')],
];

const alone = grammar.map(
  ([source, build]) =>
    [new RegExp(`^${source.replace('FILES', '.+').replace('FILE', '\\S.*?')}$`), build] as const,
);
/** S3 keys have at most 1024 bytes; that bound and the start at a blank keep the search linear. */
const inRunningText = new RegExp(
  grammar
    .map(([source]) => source.replace('FILES', '.+?').replace('FILE', '(?<!\\S)\\S{1,1024}?'))
    .map((source) => source.replaceAll(/\?<\w+>/g, ''))
    .join('|'),
  'g',
);

/** What a whole, whitespace-collapsed message says. */
export function classify(message: string): TaskMessageKind {
  for (const [pattern, build] of alone) {
    const match = pattern.exec(message);
    if (match) return build(match.groups ?? {});
  }
  return { kind: 'text' };
}

/** Cuts text without stamps before and after every message of the fixed grammar. */
export function cutRunningText(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const found of text.matchAll(inRunningText)) {
    pieces.push(text.slice(from, found.index), found[0]);
    from = found.index + found[0].length;
  }
  pieces.push(text.slice(from));
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '');
}
