import * as vscode from 'vscode';
import type { Bucket } from '../../core/aws/openBucket.js';
import type { ObjectPage } from '../../core/aws/objects.js';
import type { AwsSession } from '../../core/aws/session.js';
import { formatS3Uri, prefixOf, type S3Location } from '../../core/aws/s3Uri.js';
import { formatBytes } from '../../core/text/units.js';
import { GoBack, type PickItem, type PickRow, type StepInput } from '../input/steps.js';
import type { Services } from '../services.js';
import { bucketRows } from '../transfer/askBucket.js';
import { pageSize } from '../views/backups/folderNode.js';
import { type BackupSource, parseSource, sourceAt } from './backupSource.js';
import { fileSets } from './fileSets.js';
import { isFolder } from './restoreSubject.js';

type Choice =
  | { readonly kind: 'source'; readonly source: BackupSource }
  | { readonly kind: 'folder'; readonly folder: S3Location }
  /** Out of a folder; undefined to the buckets. */
  | { readonly kind: 'up'; readonly folder: S3Location | undefined }
  | { readonly kind: 'more' };

/**
 * Asks for the object to restore: through buckets and folders, or by its URI or ARN. The back button
 * leaves a folder before it leaves the question.
 * @param start where to begin looking; undefined for the buckets
 */
export async function askSource(
  services: Services,
  input: StepInput,
  start: S3Location | undefined,
): Promise<BackupSource> {
  const session = await services.aws.session();
  let folder = start && folderOf(start);
  for (;;) {
    try {
      const choice =
        folder === undefined
          ? await pickBucket(services, session, input)
          : await new FolderQuestion(session, folder).ask(input, start);
      if (choice.kind === 'source') return choice.source;
      folder = choice.kind === 'more' ? folder : choice.folder;
    } catch (error) {
      if (!(error instanceof GoBack) || folder === undefined) throw error;
      folder = parentOf(folder);
    }
  }
}

const folderOf = ({ bucket, key }: S3Location): S3Location => ({
  bucket,
  key: prefixOf(key),
});

/** undefined above the top of a bucket. */
const parentOf = ({ bucket, key }: S3Location): S3Location | undefined =>
  key === '' ? undefined : folderOf({ bucket, key: key.slice(0, -1) });

async function pickBucket(
  services: Services,
  { partition }: AwsSession,
  input: StepInput,
): Promise<Choice> {
  const items = bucketRows(services).then((rows) =>
    rows.map((row): PickRow<Choice> => {
      if (!('value' in row)) return row;
      const { bucket, prefix } = row.value;
      return { ...row, value: { kind: 'folder', folder: { bucket, key: prefix } } };
    }),
  );
  return input.pick<Choice>({
    placeholder: vscode.l10n.t('Bucket with the backup, or paste s3://bucket/key or an ARN'),
    items,
    waiting: vscode.l10n.t('Looking for buckets…'),
    typed: (text) => typedSource(text, partition),
  });
}

/** The question for what lies in one folder, page by page. */
class FolderQuestion {
  readonly #session: AwsSession;
  readonly #folder: S3Location;
  #bucket: Promise<Bucket> | undefined;
  #pages: readonly ObjectPage[] = [];

  constructor(session: AwsSession, folder: S3Location) {
    this.#session = session;
    this.#folder = folder;
  }

  async ask(input: StepInput, preselected: S3Location | undefined): Promise<Choice> {
    const { partition } = this.#session;
    for (;;) {
      const shown = this.#pages.flatMap(({ folders, objects }) => [...folders, ...objects]).length;
      const choice = await input.pick<Choice>({
        placeholder: vscode.l10n.t(
          'Backup in {0}; prefix* for one of several files',
          formatS3Uri(this.#folder),
        ),
        items: this.#rows(),
        waiting: vscode.l10n.t('Looking into {0}…', formatS3Uri(this.#folder)),
        preselect: (value) =>
          shown === 0
            ? isAt(value, preselected)
            : // After Load More the selection stands where the new rows begin.
              value.kind === 'source' && value.source.location?.key === this.#firstKeyOfLastPage(),
        typed: (text) => typedSource(text, partition, this.#folder),
      });
      if (choice.kind !== 'more') return choice;
    }
  }

  #firstKeyOfLastPage(): string | undefined {
    return this.#pages.at(-1)?.objects[0]?.key;
  }

  async #rows(): Promise<PickRow<Choice>[]> {
    const { bucket, key } = this.#folder;
    const last = this.#pages.at(-1);
    if (last === undefined || last.continuationToken !== undefined) {
      this.#pages = [...this.#pages, await this.#nextPage(last?.continuationToken)];
    }
    const nameOf = (whole: string) => whole.slice(key.length);
    const source = (inFolder: string): Choice => ({
      kind: 'source',
      source: sourceAt(this.#session.partition, { bucket, key: inFolder }),
    });
    const objects = this.#pages.flatMap((page) => page.objects);
    const parent = parentOf(this.#folder);
    const rows: PickItem<Choice>[] = [
      {
        label: '..',
        description: parent === undefined ? vscode.l10n.t('all buckets') : formatS3Uri(parent),
        icon: 'arrow-up',
        value: { kind: 'up', folder: parent },
      },
      ...this.#pages
        .flatMap(({ folders }) => folders)
        .map((whole) => ({
          label: nameOf(whole),
          icon: 'folder',
          value: { kind: 'folder', folder: { bucket, key: whole } } as const,
        })),
      ...fileSets(objects).map(({ prefix, keys, size }) => ({
        label: `${nameOf(prefix)}*`,
        description: vscode.l10n.t('one backup of {0} files · {1}', keys.length, formatBytes(size)),
        icon: 'files',
        value: source(`${prefix}*`),
      })),
      ...objects.map(({ key: whole, size, lastModified }) => ({
        label: nameOf(whole),
        description: [formatBytes(size), lastModified?.toLocaleString()]
          .filter(Boolean)
          .join(' · '),
        icon: 'file',
        value: source(whole),
      })),
    ];
    if (this.#pages.at(-1)?.continuationToken !== undefined) {
      rows.push({
        label: vscode.l10n.t('Load More'),
        icon: 'ellipsis',
        value: { kind: 'more' },
      });
    }
    return rows.length > 1
      ? rows
      : [...rows, { info: true, label: vscode.l10n.t('There is no object here'), icon: 'info' }];
  }

  async #nextPage(continuationToken: string | undefined): Promise<ObjectPage> {
    const [{ openBucket }, { listObjects }] = await Promise.all([
      import('../../core/aws/openBucket.js'),
      import('../../core/aws/objects.js'),
    ]);
    this.#bucket ??= openBucket(this.#session, this.#folder.bucket);
    const { bucket, key: prefix } = this.#folder;
    return listObjects((await this.#bucket).s3, { bucket, prefix, continuationToken, pageSize });
  }
}

/** Begins at the object asked for, else at the first row that leads on. */
const isAt = (choice: Choice, place: S3Location | undefined) =>
  place === undefined || isFolder(place)
    ? choice.kind !== 'up'
    : choice.kind === 'source' && choice.source.location?.key === place.key;

function typedSource(
  text: string,
  partition: string,
  folder?: S3Location,
): PickItem<Choice> | undefined {
  const source = parseSource(text, partition, folder);
  if (source === undefined) return undefined;
  return {
    label: vscode.l10n.t('Restore from {0}', text),
    icon: 'arrow-right',
    value: { kind: 'source', source },
  };
}
