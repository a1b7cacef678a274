import type { ContentDigests, WantedDigests } from './contentFile.js';

/** What the thread is told, by the number of the file it is about. */
export type ContentOrder =
  | {
      readonly kind: 'open';
      readonly file: number;
      readonly path: string;
      readonly wanted: WantedDigests;
    }
  | {
      readonly kind: 'write';
      readonly file: number;
      readonly block: ArrayBuffer;
      readonly length: number;
    }
  | { readonly kind: 'finish'; readonly file: number }
  | { readonly kind: 'close'; readonly file: number };

/** What it answers. Blocks come back to be filled again. */
export type ContentReport =
  | { readonly kind: 'written'; readonly file: number; readonly block: ArrayBuffer }
  | { readonly kind: 'finished'; readonly file: number; readonly digests: ContentDigests }
  | { readonly kind: 'closed'; readonly file: number }
  | { readonly kind: 'failed'; readonly file: number; readonly error: Error };
