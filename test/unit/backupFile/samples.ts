import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fixture, sharedFolder } from '../../support/paths.js';

/** The values that a sample is known to hold; a subset of BackupHeader. */
export interface Expected {
  readonly container: string;
  readonly sets: readonly unknown[];
  readonly media: unknown;
}

export interface Sample {
  readonly name: string;
  readonly expected: Expected;
  readonly bytes: () => Buffer;
}

function samplesIn(folder: string): Sample[] {
  const json = readFileSync(path.join(folder, 'expected.json'), 'utf8');
  return Object.entries(JSON.parse(json) as Record<string, Expected>).map(([name, expected]) => ({
    name,
    expected,
    bytes: () => {
      const stored = readFileSync(path.join(folder, name));
      return name.endsWith('.gz') ? gunzipSync(stored) : stored;
    },
  }));
}

/** Two real backups whose licence lets them be shipped. */
export const shippedSamples: readonly Sample[] = samplesIn(fixture('backups'));

const shared = sharedFolder && path.join(sharedFolder, 'bak-samples');

/** Real backups of SQL Server 2005 to 2025; none where the checkout has none beside it. */
export const sharedSamples: readonly Sample[] =
  shared !== undefined && existsSync(shared) ? samplesIn(shared) : [];
