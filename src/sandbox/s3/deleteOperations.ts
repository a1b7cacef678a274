import { ServiceFailure } from '../contract.js';
import { xmlDocument } from '../http/xml.js';
import { children, childText, parseXml } from '../http/xmlParser.js';
import { refuseVersion } from './getObject.js';
import { writeCheck } from './preconditions.js';
import { type S3Operation, s3Namespace, xmlReply } from './request.js';
import type { S3Service } from './s3Service.js';

const maxKeys = 1000;
const maxBody = 2 * 2 ** 20;

/** DeleteObject and DeleteObjects. Deleting what is not there succeeds. */
export function deleteOperations(
  s3: S3Service,
): Record<'deleteObject' | 'deleteObjects', S3Operation> {
  return {
    deleteObject: async (request) => {
      refuseVersion(request);
      const bucket = s3.open(request.call, 'DeleteObject', request.bucketName, request.key);
      const ifMatch = request.header('if-match');
      await bucket.remove(request.key, (existing) => {
        if (existing !== undefined) writeCheck(ifMatch, undefined)(existing);
      });
      return { status: 204, headers: {} };
    },

    deleteObjects: async (request) => {
      const bucket = s3.buckets.require(request.bucketName);
      if (!request.payload.hasDigest) {
        throw new ServiceFailure(
          'InvalidRequest',
          'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
        );
      }
      const root = parseXml((await request.payload.read(maxBody)).toString('utf8'), 'Delete');
      const keys = children(root, 'Object').map((item) => childText(item, 'Key'));
      if (keys.length === 0 || keys.length > maxKeys || keys.includes(undefined)) {
        throw new ServiceFailure(
          'MalformedXML',
          'The XML you provided was not well-formed or did not validate against our published schema',
        );
      }
      const deleted: { Key: string }[] = [];
      const failed: { Key: string; Code: string; Message: string }[] = [];
      for (const key of keys) {
        if (key === undefined) continue;
        if (s3.allows(request.call, 'DeleteObject', request.bucketName, key)) {
          await bucket.remove(key, () => undefined);
          deleted.push({ Key: key });
        } else {
          failed.push({ Key: key, Code: 'AccessDenied', Message: 'Access Denied' });
        }
      }
      const quiet = childText(root, 'Quiet') === 'true';
      const body = { Deleted: quiet ? [] : deleted, Error: failed };
      return xmlReply(xmlDocument('DeleteResult', body, s3Namespace));
    },
  };
}
