import { crc32 } from 'node:zlib';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { cacheCredentials } from '../credentials.ts';
import { refreshIfExpired } from '../expired-credentials.ts';
import { type Attempt, type Deadline, retryUntil, type Service } from '../retry.ts';
import { systemRuntime } from '../runtime.ts';
import type { ObjectPage, SpillBucket } from './bucket.ts';

const CONNECT_TIMEOUT_MS = 500;

/** A listing skips every delete marker, and a drained block leaves one for some days. So it can take seconds. */
const LIST_TIMEOUT_MS = 10_000;

/** A client that makes one attempt per call. The SDK finds endpoint, region and credentials itself. */
export function createS3Client(overrides: S3ClientConfig = {}): S3Client {
  const client = new S3Client({
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      // `retryUntil` ends an attempt of another call sooner.
      requestTimeout: LIST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      socketTimeout: LIST_TIMEOUT_MS,
    },
    ...overrides,
  });
  client.config.credentials = cacheCredentials(client.config.credentials, systemRuntime);
  client.middlewareStack.add((next) => (args) => refreshIfExpired(client, () => next(args)), {
    step: 'initialize',
    name: 'refreshExpiredCredentials',
  });
  return client;
}

/** Errors with a 4xx status after which a repetition can succeed: the clock is corrected, credentials are renewed. */
const TEMPORARY = new Set([
  'ConditionalRequestConflict',
  'ExpiredToken',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'TokenRefreshRequired',
  'Unknown',
]);

function isRefusal(error: unknown): boolean {
  if (!(error instanceof S3ServiceException) || error.$fault !== 'client') return false;
  const status = error.$metadata.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && status !== 408 && status !== 429 && !TEMPORARY.has(error.name);
}

const S3: Service = { name: 'S3', isRefusal };
const LISTING: Service = { ...S3, attemptTimeoutMs: LIST_TIMEOUT_MS };

function checksumOf(body: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

/** Fails an attempt that something other than S3, such as a proxy, answered with 200. */
function checkAnswer(isOfS3: boolean): void {
  if (!isOfS3) throw new Error('an answer with status 200 lacks the fields that S3 sends, so S3 did not send it');
}

/** The bucket in S3. */
export class S3Bucket implements SpillBucket {
  readonly #client: Pick<S3Client, 'send'>;
  readonly #bucket: string;

  constructor(client: Pick<S3Client, 'send'>, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async create(key: string, body: string, deadline: Deadline): Promise<boolean> {
    const checksum = checksumOf(body);
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: body,
      ContentType: 'application/json',
      ChecksumCRC32: checksum,
      IfNoneMatch: '*',
    });
    try {
      await this.#retry(deadline, async (abortSignal) => {
        const { ChecksumCRC32 } = await this.#client.send(command, { abortSignal });
        checkAnswer(ChecksumCRC32 === checksum);
      });
      return true;
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === 'PreconditionFailed') return false;
      throw error;
    }
  }

  async get(key: string, deadline: Deadline): Promise<string | undefined> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key, ChecksumMode: 'ENABLED' });
    try {
      return await this.#retry(deadline, async (abortSignal) => {
        const { Body, ChecksumCRC32, ETag, $metadata } = await this.#client.send(command, { abortSignal });
        const text = (await Body?.transformToString()) ?? '';
        // An object that an operator has put may have another checksum, which the SDK checks.
        const isIntact = ChecksumCRC32 === undefined || ChecksumCRC32 === checksumOf(text);
        checkAnswer(isIntact && ETag !== undefined && $metadata.requestId !== undefined);
        return text;
      });
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async list(deadline: Deadline, after?: string): Promise<ObjectPage> {
    const command = new ListObjectsV2Command({ Bucket: this.#bucket, StartAfter: after });
    return await retryUntil(deadline, LISTING, async (abortSignal) => {
      const { Name, Contents = [], IsTruncated = false } = await this.#client.send(command, { abortSignal });
      checkAnswer(Name === this.#bucket);
      const objects = Contents.map(({ Key = '', LastModified }) => ({
        key: Key,
        modifiedMs: LastModified?.getTime() ?? 0,
      }));
      return { objects, more: IsTruncated };
    });
  }

  async delete(key: string, deadline: Deadline): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: key });
    await this.#retry(deadline, (abortSignal) => this.#client.send(command, { abortSignal }));
  }

  #retry<T>(deadline: Deadline, attempt: Attempt<T>): Promise<T> {
    return retryUntil(deadline, S3, attempt);
  }
}
