/** Begins the line of the console that holds the figures. */
export const mark = '@editor-figures ';

export interface EditorFigures {
  /** Loading the extension and its `activate()`. */
  readonly activateMs: number;
  readonly uploadS: number;
  /** Delays of the extension host's event loop during the upload, in milliseconds. */
  readonly delayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}
