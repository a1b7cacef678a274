import { type Change, cbcBodyThatFits, valueOf } from './changes.js';
import { isCbc, type Kind, kindNames, type Original } from './objects.js';
import { given, other, refused, refusedByChance, same, type TamperCase } from './tamperCase.js';

const malformed = 'envelope/malformed-header';
const cbc = 'AES/CBC/PKCS5Padding';
const zeroIv = Buffer.alloc(16).toString('base64');

/** Headers of one kind on the content of another. */
const swapped = (own: Kind): TamperCase[] =>
  kindNames
    .filter((kind) => kind !== own)
    .map((kind) => {
      const change: Change = (scope) => ({
        body: scope.own.body,
        metadata: scope.all[kind].whole.metadata,
      });
      const theirs = isCbc(kind) ? refusedByChance : refused;
      return given(`the headers of ${kind}`, change, theirs, 'envelope/decrypt-failed');
    });

const asV1 = (key: string, description: string, iv: string) => ({
  'x-amz-key': key,
  'x-amz-iv': iv,
  'x-amz-matdesc': description,
});
const asV2 = (key: string, context: string, iv: string, wrap: string, cipher: string) => ({
  'x-amz-key-v2': key,
  'x-amz-iv': iv,
  'x-amz-matdesc': context,
  'x-amz-wrap-alg': wrap,
  'x-amz-cek-alg': cipher,
});

/** The same content under other headers, which hold its own key. */
const relabelled =
  (metadata: (own: Original) => Record<string, string>): Change =>
  ({ own }) => ({ body: own.body, metadata: metadata(own) });
/** The same for content that was authenticated, passed off as CBC. */
const downgraded =
  (metadata: (own: Original) => Record<string, string>): Change =>
  ({ own }) => ({ body: cbcBodyThatFits(own.body, own.dataKey), metadata: metadata(own) });

/** The content is the same, and authenticated in neither format: nothing is lost by opening it. */
const because = 'ours tries the other context too, because nobody knows what RDS itself writes';
const keyId = '{"kms_cmk_id":"alias/backups"}';

const v1Cases: readonly TamperCase[] = [
  given(
    'its key as V2',
    relabelled((own) =>
      asV2(valueOf(own, 'x-amz-key'), keyId, valueOf(own, 'x-amz-iv'), 'kms', cbc),
    ),
    refused,
    same,
    because,
  ),
  given(
    'its key as V2 with an empty context',
    relabelled((own) =>
      asV2(valueOf(own, 'x-amz-key'), '{}', valueOf(own, 'x-amz-iv'), 'kms', cbc),
    ),
    same,
    same,
  ),
];

const v2CbcCases: readonly TamperCase[] = [
  given(
    'its key as V1 with an empty description',
    relabelled((own) => asV1(valueOf(own, 'x-amz-key-v2'), '{}', valueOf(own, 'x-amz-iv'))),
    refused,
    'kms/wrong-context-or-blob',
  ),
  given(
    'its key as V1 with its context as description',
    relabelled((own) =>
      asV1(valueOf(own, 'x-amz-key-v2'), valueOf(own, 'x-amz-matdesc'), valueOf(own, 'x-amz-iv')),
    ),
    refused,
    same,
    because,
  ),
];

const v2GcmCases: readonly TamperCase[] = [
  given(
    'its key as V1, with padding to match',
    downgraded((own) => asV1(valueOf(own, 'x-amz-key-v2'), valueOf(own, 'x-amz-matdesc'), zeroIv)),
    refused,
    malformed,
  ),
];

const v3AsV2 = (own: Original, wrap: string, cipher: string) => {
  const iv = cipher === cbc ? zeroIv : Buffer.alloc(12, 1).toString('base64');
  return asV2(valueOf(own, 'x-amz-3'), valueOf(own, 'x-amz-t'), iv, wrap, cipher);
};
const v3AsGcm = (wrap: string) => relabelled((own) => v3AsV2(own, wrap, 'AES/GCM/NoPadding'));
const v3AsCbc = (wrap: string) => downgraded((own) => v3AsV2(own, wrap, cbc));

const v3Cases: readonly TamperCase[] = [
  given(
    'its key as V1, with padding to match',
    downgraded((own) => asV1(valueOf(own, 'x-amz-3'), valueOf(own, 'x-amz-t'), zeroIv)),
    refused,
    malformed,
  ),
  given('its key as V2 GCM, wrap kms+context', v3AsGcm('kms+context'), refused, malformed),
  given('its key as V2 GCM, wrap kms', v3AsGcm('kms'), refused, malformed),
  // Amazon's client does not compare the context with the cipher where CBC is allowed at all.
  given('its key as V2 CBC, wrap kms+context', v3AsCbc('kms+context'), other, malformed),
  given('its key as V2 CBC, wrap kms', v3AsCbc('kms'), refused, malformed),
];

const converted: Readonly<Record<Kind, readonly TamperCase[]>> = {
  'V1 CBC': v1Cases,
  'V2 CBC': v2CbcCases,
  'V2 GCM': v2GcmCases,
  V3: v3Cases,
};

export const formatCases = (own: Kind): TamperCase[] => [...swapped(own), ...converted[own]];
