import path from 'node:path';
import * as vscode from 'vscode';
import { CancelledError, isCancelled } from '../../core/errors.js';
import type { UploadResult } from '../../core/transfer/upload.js';
import { showFailure, logFailure } from '../failures/showFailure.js';
import { commandIds } from '../ids.js';
import { askSteps } from '../input/quickInput.js';
import type { Services } from '../services.js';
import { inNotification } from '../work/inNotification.js';
import { askBucket } from './askBucket.js';
import { askKmsKey } from './askKmsKey.js';
import { type Destination, destinationProblem, destinations } from './destinations.js';
import { runUpload } from './runUpload.js';
import { checkFiles } from './uploadCheck.js';
import { lastUpload, rememberUpload } from './uploadMemory.js';
import { askFiles, pathsOf, type UploadSubject } from './uploadSubject.js';
import { summaryRows, type UploadChoice } from './uploadSummary.js';

interface Answers {
  bucket: string;
  /** Key of the one file, or folder of several. */
  key: string;
  region: string;
  kmsKey: string;
  choice: UploadChoice;
}

/** *Encrypt and Upload to S3…*: asks for what is not known yet, uploads, and offers the restore. */
export async function upload(services: Services, subject: UploadSubject): Promise<void> {
  const files = pathsOf(subject.files.length > 0 ? subject.files : await askFiles());
  const answers = await askUpload(services, files, subject.destination);
  if (answers.choice === 'stop') throw new CancelledError();
  await rememberUpload(services.context, answers);
  const chosen = destinations(files, answers.key);
  const uploaded: UploadResult[] = [];
  for (const destination of chosen) {
    try {
      uploaded.push(await uploadOne(services, answers, destination));
    } catch (error) {
      // Whoever stops one of several wants to stop them all; a failure of one does not stop the others.
      if (isCancelled(error)) throw error;
      logFailure(services.log, `Upload of ${destination.file}`, error);
      showFailure(error);
    }
  }
  offerRestore(uploaded);
}

function askUpload(
  services: Services,
  files: readonly string[],
  destination: UploadSubject['destination'],
): Promise<Answers> {
  const last = lastUpload(services.context);
  const [file = ''] = files;
  const title =
    files.length === 1
      ? vscode.l10n.t('Encrypt and Upload {0}', path.basename(file))
      : vscode.l10n.t('Encrypt and Upload {0} Backups', files.length);
  const defaultKey = (prefix: string) =>
    files.length === 1 ? prefix + path.basename(file) : prefix;
  const answers: Answers = {
    bucket: destination?.bucket ?? last?.bucket ?? '',
    key: defaultKey(destination?.prefix ?? last?.prefix ?? ''),
    region: '',
    kmsKey: '',
    choice: 'stop',
  };
  return askSteps(title, answers, [
    {
      when: () => destination === undefined,
      ask: async (input, state) => {
        const chosen = await askBucket(services, input, state.bucket);
        if (chosen.prefix !== '') state.key = defaultKey(chosen.prefix);
        state.bucket = chosen.bucket;
      },
    },
    {
      ask: async (input, state) => {
        state.key = await input.text({
          prompt:
            files.length === 1
              ? vscode.l10n.t('Key of the object in {0}', state.bucket)
              : vscode.l10n.t('Folder in {0}; the files keep their names', state.bucket),
          value: state.key,
          problem: (text) => destinationProblem(files, text.trim()),
        });
        state.key = state.key.trim();
      },
    },
    {
      ask: async (input, state) => {
        const { openBucket } = await import('../../core/aws/openBucket.js');
        state.region = (await openBucket(await services.aws.session(), state.bucket)).region;
        const before = state.kmsKey || last?.keys[state.region];
        state.kmsKey = await askKmsKey(services, input, state.region, before);
      },
    },
    {
      ask: async (input, state) => {
        const checked = checkFiles(services, state.bucket, destinations(files, state.key));
        state.choice = await input.pick({
          placeholder: vscode.l10n.t('Check what will be uploaded'),
          items: checked.then((found) => summaryRows(found, state.bucket, state.kmsKey)),
        });
      },
    },
  ]);
}

function uploadOne(
  services: Services,
  { bucket, kmsKey, choice }: Answers,
  { file, key }: Destination,
): Promise<UploadResult> {
  return inNotification(
    services.work,
    'upload',
    vscode.l10n.t('Upload of {0}', path.basename(file)),
    (work) =>
      runUpload(
        services,
        {
          ...{ file, bucket, key, kmsKeyId: kmsKey },
          overwrite: choice === 'replace',
          force: choice === 'force',
        },
        work,
      ),
  );
}

/** The next step, offered without waiting for the answer. */
function offerRestore(uploaded: readonly UploadResult[]): void {
  const [first] = uploaded;
  if (first === undefined) return;
  const { bucket, key, keyArn } = first;
  const what =
    uploaded.length === 1
      ? vscode.l10n.t('{0} is in S3, encrypted, and proven to decrypt.', `s3://${bucket}/${key}`)
      : vscode.l10n.t('{0} backups are in S3, encrypted, and proven to decrypt.', uploaded.length);
  const restore = vscode.l10n.t('Restore…');
  void vscode.window.showInformationMessage(what, restore).then((chosen) => {
    if (chosen !== restore) return;
    const location = uploaded.length === 1 ? { bucket, key } : undefined;
    void vscode.commands.executeCommand(commandIds.restore, { location, kmsKeyArn: keyArn });
  });
}
