import { ServiceFailure } from '../contract.js';
import { DetailedFailure } from '../http/protocol.js';
import { xmlDocument, type XmlValue } from '../http/xml.js';
import { child, children, childText, parseXml, type XmlElement } from '../http/xmlParser.js';
import type { Tag } from '../iam/records.js';
import { parsePolicy } from '../iam/policyDocument.js';
import { isBucketName } from './bucketStore.js';
import { httpDate, requireTags } from './objectHead.js';
import type { BucketRecord, ServerSideEncryption } from './records.js';
import { type S3Operation, type S3Request, s3Namespace, xmlReply } from './request.js';
import type { S3Service } from './s3Service.js';

const maxBody = 64 * 1024;
const maxPolicy = 20 * 1024;

const document = (root: string, content: XmlValue) => xmlDocument(root, content, s3Namespace);

/** Operations on buckets themselves, and on what hangs on them. */
export function bucketOperations(s3: S3Service): Record<string, S3Operation> {
  const owner = { ID: s3.accountId, DisplayName: 'sandbox' };

  const open = (request: S3Request, action: string) =>
    s3.open(request.call, action, request.bucketName).record;

  async function change(request: S3Request, action: string, apply: (record: BucketRecord) => void) {
    apply(open(request, action));
    await s3.buckets.save();
  }

  const body = async (request: S3Request, root: string): Promise<XmlElement> =>
    parseXml((await request.payload.read(maxBody)).toString('utf8'), root);

  return {
    listBuckets: (request) => {
      s3.authorize(request.call, 'ListAllMyBuckets', '*');
      const limit = request.number('max-buckets', 10_000, 1, 10_000);
      const after = request.query('continuation-token') ?? '';
      const prefix = request.query('prefix') ?? '';
      const region = request.query('bucket-region');
      const all = s3.buckets
        .list()
        .map((bucket) => bucket.record)
        .filter(({ name }) => name.startsWith(prefix) && name > after)
        .filter((record) => region === undefined || record.region === region);
      const shown = all.slice(0, limit);
      const last = shown.at(-1)?.name;
      return xmlReply(
        document('ListAllMyBucketsResult', {
          Owner: owner,
          Buckets: {
            Bucket: shown.map((record) => ({
              Name: record.name,
              CreationDate: record.createdAt,
              BucketRegion: record.region,
            })),
          },
          Prefix: prefix === '' ? undefined : prefix,
          ContinuationToken: shown.length < all.length ? last : undefined,
        }),
      );
    },

    createBucket: async (request) => {
      const { bucketName: name, call } = request;
      if (!isBucketName(name)) {
        throw new DetailedFailure('InvalidBucketName', 'The specified bucket is not valid.', 400, {
          BucketName: name,
        });
      }
      s3.authorize(call, 'CreateBucket', name);
      const text = (await request.payload.read(maxBody)).toString('utf8');
      const root = text.trim() === '' ? undefined : parseXml(text, 'CreateBucketConfiguration');
      const region = bucketRegion(childText(root, 'LocationConstraint'), call.region);
      const existing = s3.buckets.bucket(name);
      if (existing !== undefined) {
        // In us-east-1, and only there, S3 answers a repeated creation with success.
        if (region === 'us-east-1' && existing.record.region === region) return created(name);
        throw new DetailedFailure(
          'BucketAlreadyOwnedByYou',
          'Your previous request to create the named bucket succeeded and you already own it.',
          409,
          { BucketName: name },
        );
      }
      await s3.buckets.create(name, region);
      return created(name);
    },

    deleteBucket: async (request) => {
      s3.open(request.call, 'DeleteBucket', request.bucketName);
      await s3.buckets.delete(request.bucketName);
      return { status: 204, headers: {} };
    },

    headBucket: (request) => ({
      status: 200,
      headers: {
        'x-amz-bucket-region': open(request, 'ListBucket').region,
        'content-type': 'application/xml',
      },
    }),

    getBucketLocation: (request) => {
      const { region } = open(request, 'GetBucketLocation');
      // The one region whose name S3 leaves out.
      return xmlReply(document('LocationConstraint', region === 'us-east-1' ? undefined : region));
    },

    getBucketEncryption: (request) => {
      const { encryption } = open(request, 'GetEncryptionConfiguration');
      return xmlReply(
        document('ServerSideEncryptionConfiguration', {
          Rule: {
            ApplyServerSideEncryptionByDefault: {
              SSEAlgorithm: encryption?.algorithm ?? 'AES256',
              KMSMasterKeyID: encryption?.keyArn,
            },
            BucketKeyEnabled: encryption?.bucketKey ?? false,
          },
        }),
      );
    },

    putBucketEncryption: async (request) => {
      const root = await body(request, 'ServerSideEncryptionConfiguration');
      const encryption = readDefaultEncryption(root);
      await change(request, 'PutEncryptionConfiguration', (record) => {
        record.encryption = encryption;
      });
      return { status: 200, headers: {} };
    },

    deleteBucketEncryption: async (request) => {
      await change(request, 'PutEncryptionConfiguration', (record) => {
        record.encryption = undefined;
      });
      return { status: 204, headers: {} };
    },

    getBucketPolicy: (request) => {
      const { policy } = open(request, 'GetBucketPolicy');
      if (policy === undefined) {
        throw missing('NoSuchBucketPolicy', 'The bucket policy does not exist');
      }
      return { status: 200, headers: { 'content-type': 'application/json' }, body: policy };
    },

    putBucketPolicy: async (request) => {
      const text = (await request.payload.read(maxPolicy)).toString('utf8');
      try {
        parsePolicy(text, 'resource');
      } catch (error) {
        throw new ServiceFailure('MalformedPolicy', (error as Error).message);
      }
      await change(request, 'PutBucketPolicy', (record) => {
        record.policy = text;
      });
      return { status: 204, headers: {} };
    },

    deleteBucketPolicy: async (request) => {
      await change(request, 'DeleteBucketPolicy', (record) => {
        record.policy = undefined;
      });
      return { status: 204, headers: {} };
    },

    getBucketTagging: (request) => {
      const { tags } = open(request, 'GetBucketTagging');
      if (tags.length === 0) throw missing('NoSuchTagSet', 'The TagSet does not exist');
      return xmlReply(document('Tagging', tagSet(tags)));
    },

    putBucketTagging: async (request) => {
      const tags = requireTags(readTagSet(await body(request, 'Tagging')), 50);
      await change(request, 'PutBucketTagging', (record) => {
        record.tags = tags;
      });
      return { status: 204, headers: {} };
    },

    deleteBucketTagging: async (request) => {
      await change(request, 'PutBucketTagging', (record) => {
        record.tags = [];
      });
      return { status: 204, headers: {} };
    },

    getBucketVersioning: (request) => {
      open(request, 'GetBucketVersioning');
      return xmlReply(document('VersioningConfiguration', undefined));
    },

    getBucketAcl: (request) => {
      open(request, 'GetBucketAcl');
      const grantee = {
        '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        '@xsi:type': 'CanonicalUser',
        ...owner,
      };
      const grant = { Grantee: grantee, Permission: 'FULL_CONTROL' };
      return xmlReply(
        document('AccessControlPolicy', { Owner: owner, AccessControlList: { Grant: grant } }),
      );
    },

    getBucketOwnershipControls: (request) => {
      open(request, 'GetBucketOwnershipControls');
      return xmlReply(
        document('OwnershipControls', { Rule: { ObjectOwnership: 'BucketOwnerEnforced' } }),
      );
    },

    getPublicAccessBlock: (request) => {
      open(request, 'GetBucketPublicAccessBlock');
      return xmlReply(
        document('PublicAccessBlockConfiguration', {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        }),
      );
    },

    getBucketLifecycle: (request) => {
      open(request, 'GetLifecycleConfiguration');
      throw missing('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');
    },

    getObjectTagging: (request) => {
      const bucket = s3.buckets.require(request.bucketName);
      const record = s3.openObject(request.call, 'GetObjectTagging', bucket, request.key);
      return xmlReply(document('Tagging', tagSet(record.tags)), {
        'last-modified': httpDate(record.lastModified),
      });
    },
  };
}

const created = (name: string) => ({ status: 200, headers: { location: `/${name}` } });

const missing = (code: string, message: string) => new ServiceFailure(code, message, 404);

/** Which region a bucket goes to, by what is asked for and where it is asked. */
function bucketRegion(constraint: string | undefined, region: string): string {
  if (constraint === undefined || constraint === '') {
    if (region === 'us-east-1') return region;
    throw illegal('unspecified');
  }
  if (constraint === 'us-east-1' || !/^[a-z]{2}(-[a-z]+)+-\d$/.test(constraint)) {
    throw new ServiceFailure(
      'InvalidLocationConstraint',
      'The specified location-constraint is not valid',
    );
  }
  if (region !== 'us-east-1' && constraint !== region) throw illegal(constraint);
  return constraint;
}

const illegal = (constraint: string) =>
  new ServiceFailure(
    'IllegalLocationConstraintException',
    `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );

function readDefaultEncryption(root: XmlElement): ServerSideEncryption {
  const rule = child(root, 'Rule');
  const defaults = child(rule, 'ApplyServerSideEncryptionByDefault');
  const algorithm = childText(defaults, 'SSEAlgorithm');
  if (algorithm !== 'AES256' && algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse') {
    throw new ServiceFailure(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  return {
    algorithm,
    keyArn: childText(defaults, 'KMSMasterKeyID'),
    bucketKey: childText(rule, 'BucketKeyEnabled') === 'true',
  };
}

function readTagSet(root: XmlElement): Tag[] {
  const set = child(root, 'TagSet');
  return children(set, 'Tag').map((tag) => ({
    key: childText(tag, 'Key') ?? '',
    value: childText(tag, 'Value') ?? '',
  }));
}

const tagSet = (tags: readonly Tag[]) => ({
  TagSet: { Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })) },
});
