import * as vscode from 'vscode';
import { formatS3Uri, parseS3Uri, type S3Location } from '../../core/aws/s3Uri.js';
import { chooseBackups } from '../input/chooseBackups.js';
import { ask } from '../input/quickInput.js';
import type { PickItem } from '../input/steps.js';
import { type BackupLocation, nameOf } from './backupLocation.js';

/** Asks for an object: one that the tree has loaded, or an `s3://` location typed. */
export function askObject(title: string, loaded: readonly S3Location[]): Promise<S3Location> {
  return ask(title).pick<S3Location>({
    placeholder: vscode.l10n.t('Choose an object, or type s3://bucket/key'),
    items: loaded.map(objectItem),
    typed: typedObject,
  });
}

/** Asks for an object as {@link askObject} does, or for a file. */
export async function askBackup(
  title: string,
  loaded: readonly S3Location[],
): Promise<BackupLocation> {
  const file: PickItem<'file' | S3Location> = {
    label: vscode.l10n.t('File on This Machine…'),
    icon: 'folder-opened',
    value: 'file',
  };
  const chosen = await ask(title).pick<'file' | S3Location>({
    placeholder: vscode.l10n.t('Choose a backup, or type s3://bucket/key'),
    items: [file, ...loaded.map(objectItem)],
    typed: typedObject,
  });
  return chosen === 'file' ? askFile(title) : chosen;
}

async function askFile(title: string): Promise<vscode.Uri> {
  const [file] = await chooseBackups({ title, openLabel: vscode.l10n.t('Inspect') });
  return file;
}

const objectItem = (location: S3Location): PickItem<S3Location> => ({
  label: nameOf(location),
  description: formatS3Uri(location),
  icon: 'file',
  value: location,
});

function typedObject(text: string): PickItem<S3Location> | undefined {
  if (!text.startsWith('s3://')) return undefined;
  try {
    const location = parseS3Uri(text);
    if (location.key === '' || location.key.endsWith('/')) return undefined;
    return { label: text, icon: 'arrow-right', value: location };
  } catch {
    return undefined;
  }
}
