import { type ObjectIdentifier, paginateListObjectsV2, S3 } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { CLIENT_SETTINGS, explained, readList } from './call.ts';

/** Buckets of artillery are in the region of its first run. */
const client = () => new S3({ ...CLIENT_SETTINGS, followRegionRedirects: true });

/** Whether a bucket has an object whose name begins with `Prefix`. A bucket that does not exist has none. */
export async function hasObjects(Bucket: string, Prefix: string): Promise<boolean> {
  const call = client()
    .listObjectsV2({ Bucket, Prefix, MaxKeys: 1 })
    .catch((error: Error) => noneIfMissing(error));
  return ((await explained(`list the bucket ${Bucket}`, call)).KeyCount ?? 0) > 0;
}

/** The names of all objects of a bucket that begin with `Prefix`, in their order. */
export async function listKeys(Bucket: string, Prefix: string): Promise<string[]> {
  const pages = paginateListObjectsV2({ client: client() }, { Bucket, Prefix });
  return await readList(
    `list the bucket ${Bucket}`,
    pages,
    ({ Contents }) => Contents?.map(({ Key }) => Key),
    z.string(),
  );
}

/** The text of an object; undefined if it does not exist. */
export async function readObject(Bucket: string, Key: string): Promise<string | undefined> {
  const read = async () => await (await client().getObject({ Bucket, Key })).Body?.transformToString();
  const orUndefined = (error: Error) => {
    if (error.name === 'NoSuchKey') return undefined;
    throw error;
  };
  return await explained(`read ${Key} in the bucket ${Bucket}`, read().catch(orUndefined));
}

/** Creates an object. One that exists stays as it is. */
export async function createObject(Bucket: string, Key: string, Body: string): Promise<void> {
  const put = client().putObject({ Bucket, Key, Body, ContentType: 'application/json', IfNoneMatch: '*' });
  const unlessItExists = (error: Error) => {
    if (error.name !== 'PreconditionFailed') throw error;
  };
  await explained(`put ${Key} into the bucket ${Bucket}`, put.catch(unlessItExists));
}

/** Deletes an object; in a bucket with versions it can be restored. */
export async function deleteObject(Bucket: string, Key: string): Promise<void> {
  await explained(`delete ${Key} in the bucket ${Bucket}`, client().deleteObject({ Bucket, Key }));
}

/** The answer for a bucket that does not exist: it lists nothing. */
function noneIfMissing(error: Error): { KeyCount?: number; Versions?: []; DeleteMarkers?: [] } {
  if (error.name === 'NoSuchBucket') return {};
  throw error;
}

/** Deletes all versions of all objects of a bucket, and its delete markers. Returns how many. */
export async function emptyBucket(Bucket: string): Promise<number> {
  let deleted = 0;
  for (let page = await firstVersions(Bucket); page.length > 0; page = await firstVersions(Bucket)) {
    await deleteVersions(Bucket, page);
    deleted += page.length;
  }
  return deleted;
}

/** The first versions of a bucket, at most 1,000 versions and markers. */
async function firstVersions(Bucket: string): Promise<ObjectIdentifier[]> {
  const call = client()
    .listObjectVersions({ Bucket })
    .catch((error: Error) => noneIfMissing(error));
  const { Versions = [], DeleteMarkers = [] } = await explained(`list the versions in the bucket ${Bucket}`, call);
  return [...Versions, ...DeleteMarkers].map(({ Key = '', VersionId }) => ({ Key, VersionId }));
}

async function deleteVersions(Bucket: string, Objects: ObjectIdentifier[]): Promise<void> {
  const call = client().deleteObjects({ Bucket, Delete: { Objects, Quiet: true } });
  const { Errors = [] } = await explained(`empty the bucket ${Bucket}`, call);
  const [first] = Errors;
  if (!first) return;
  throw new OperatorError(
    `${Errors.length} objects of the bucket ${Bucket} cannot be deleted: ${first.Key} is ${first.Code}: ${first.Message}`,
  );
}
