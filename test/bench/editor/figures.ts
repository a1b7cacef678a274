/** Begins the line of the console that holds the figures. */
export const mark = '@editor-figures ';

export interface EditorFigures {
  /** `activate()` from its call to its end. */
  readonly activateMs: number;
  /** Reading and running the bundle before that. */
  readonly loadMs: number;
  /** From asking VS Code for it, with its questions to the window, until the extension is active. */
  readonly readyMs: number;
  readonly uploadS: number;
  /** Delays of the extension host's event loop during the upload, in milliseconds. */
  readonly delayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}
