/** Where text goes: a terminal, a pipe or a file. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a command sees of the process it runs in. */
export interface Host {
  readonly stdin: NodeJS.ReadStream;
  /** Results for people or, with `--json`, for programs. */
  readonly stdout: TextSink;
  /** Progress, warnings and errors. */
  readonly stderr: TextSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Aborted when nobody reads standard output any more (`rds-backup … | head`). */
  readonly outputClosed: AbortSignal;
}
