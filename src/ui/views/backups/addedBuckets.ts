import { configuration } from '../../configuration.js';
import type { Services } from '../../services.js';
import type { BucketPlace } from './bucketInput.js';

export interface AddedBucket extends BucketPlace {
  readonly region: string;
}

const name = 'backups.addedBuckets';

type Kept = Readonly<Record<string, readonly AddedBucket[]>>;

/** Buckets added by name; each profile and endpoint has its own, because an account is behind it. */
export function addedBuckets({ context, aws }: Services): readonly AddedBucket[] {
  return context.globalState.get<Kept>(name)?.[placeOf(aws)] ?? [];
}

/** Their names, each once. */
export const bucketsOfPlace = (services: Services): string[] => [
  ...new Set(addedBuckets(services).map(({ bucket }) => bucket)),
];

export async function keepBucket(services: Services, added: AddedBucket): Promise<void> {
  const others = addedBuckets(services).filter((other) => !isSame(other, added));
  await keep(services, [...others, added]);
}

export async function forgetBucket(services: Services, place: BucketPlace): Promise<void> {
  await keep(
    services,
    addedBuckets(services).filter((other) => !isSame(other, place)),
  );
}

async function keep({ context, aws }: Services, added: readonly AddedBucket[]): Promise<void> {
  const kept = context.globalState.get<Kept>(name);
  await context.globalState.update(name, { ...kept, [placeOf(aws)]: added } satisfies Kept);
}

const isSame = (a: BucketPlace, b: BucketPlace) => a.bucket === b.bucket && a.prefix === b.prefix;

function placeOf({ place }: Services['aws']): string {
  if (place !== undefined) return place.name;
  const { profile, endpointUrl } = configuration();
  return JSON.stringify([profile ?? '', endpointUrl ?? '']);
}
