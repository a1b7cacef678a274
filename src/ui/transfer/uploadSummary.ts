import * as vscode from 'vscode';
import { backupTypeText, productName } from '../../core/backupFile/describe.js';
import { formatBytes } from '../../core/text/units.js';
import type { InfoItem, PickRow } from '../input/steps.js';
import type { CheckedFile } from './uploadCheck.js';

export type UploadChoice = 'upload' | 'replace' | 'force' | 'stop';

/** The last page before an upload: what will be done, what is known of the files, and the way on. */
export function summaryRows(
  files: readonly CheckedFile[],
  bucket: string,
  kmsKey: string,
): PickRow<UploadChoice>[] {
  return [
    ...actions(files),
    { heading: files.length === 1 ? vscode.l10n.t('backup') : vscode.l10n.t('backups') },
    ...files.flatMap((file) => fileRows(file, bucket)),
    { heading: vscode.l10n.t('encryption') },
    {
      info: true,
      icon: 'lock',
      label: vscode.l10n.t('Encrypted on this machine, before it is sent'),
    },
    {
      info: true,
      icon: 'key',
      label: vscode.l10n.t('KMS key that wraps the data key'),
      detail: kmsKey,
    },
  ];
}

function actions(files: readonly CheckedFile[]): PickRow<UploadChoice>[] {
  const rows: PickRow<UploadChoice>[] = [];
  const unreadable = files.filter(({ verdict }) => verdict === 'unreadable');
  if (unreadable.length > 0) {
    return [
      {
        label: vscode.l10n.t('Do Not Upload'),
        icon: 'error',
        detail: unreadable.map(({ problem }) => problem).join(' '),
        value: 'stop',
      },
    ];
  }
  const doubtful = files.some(({ verdict }) => verdict === 'doubtful');
  const existing = files.filter(({ existingBytes }) => existingBytes !== undefined);
  if (doubtful) {
    rows.push({
      label: vscode.l10n.t('Upload Anyway'),
      icon: 'warning',
      detail: vscode.l10n.t('Amazon RDS could not restore it.'),
      value: 'force',
    });
  } else if (existing.length === 0) {
    rows.push({
      label: vscode.l10n.t('Encrypt and Upload'),
      icon: 'cloud-upload',
      value: 'upload',
    });
  }
  if (existing.length > 0) {
    rows.push({
      label: vscode.l10n.t('Replace What Is in S3'),
      icon: 'warning',
      detail: vscode.l10n.t(
        'There already: {0}',
        existing
          .map(({ key, existingBytes = 0 }) => `${key} (${formatBytes(existingBytes)})`)
          .join(', '),
      ),
      value: 'replace',
    });
  }
  rows.push({ label: vscode.l10n.t('Do Not Upload'), icon: 'close', value: 'stop' });
  return rows;
}

function fileRows({ name, key, header, problem }: CheckedFile, bucket: string): InfoItem[] {
  const target = {
    info: true,
    icon: 'file',
    label: name,
    detail: `s3://${bucket}/${key}`,
  } as const;
  if (header === undefined) {
    return [{ ...target, description: problem }];
  }
  const sets = header.sets.map(
    (set) =>
      `${backupTypeText(set)} · ${set.databaseName} · ${productName(set.softwareVersion)}` +
      (set.backupFinishDate === null ? '' : ` · ${set.backupFinishDate.slice(0, 10)}`),
  );
  const warnings = header.warnings.map(({ message }): InfoItem => ({
    info: true,
    icon: 'warning',
    label: message,
  }));
  return [
    { ...target, description: [...sets, formatBytes(header.fileSize)].join(' · ') },
    ...warnings,
  ];
}
