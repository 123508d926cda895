import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { SPILL_PREFIXES } from '../../../server/contract.ts';
import type { Network, Request, Service } from './network.ts';

interface StoredObject {
  readonly body: string;
  readonly checksum: string | undefined;
  readonly modifiedMs: number;
}

const MAX_KEYS = 1_000;

const SERVICE: Service = {
  name: 'spill',
  throttled: () => serviceError('SlowDown', 503),
  failed: () => serviceError('InternalError', 500),
};

function serviceError(name: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({
    name,
    $fault: httpStatusCode < 500 ? 'client' : 'server',
    message: name,
    $metadata: { httpStatusCode },
  });
}

/** A model of S3 at the level of commands: strongly consistent, with conditional puts. Other commands are refused. */
export class S3Model {
  readonly objects = new Map<string, StoredObject>();

  /** The keys of the blocks that wait for the table. */
  get spilled(): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(SPILL_PREFIXES.spilled));
  }

  readonly #wallMs: () => number;

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  /** A client of this bucket for one process. */
  client(network: Network, from: Request<unknown>['from']): Pick<S3Client, 'send'> {
    const send = (
      command: { readonly input: { readonly Key?: string } },
      options?: { readonly abortSignal?: AbortSignal },
    ) =>
      network.send({
        from,
        service: SERVICE,
        command: command.constructor.name,
        what: () => `${command.constructor.name.replace('Command', '')} ${command.input.Key ?? ''}`,
        execute: () => this.#execute(command),
        abortSignal: options?.abortSignal,
      });
    return { send } as unknown as Pick<S3Client, 'send'>;
  }

  #execute(command: unknown): object {
    const $metadata = { httpStatusCode: 200, requestId: 'of the model' };
    if (command instanceof PutObjectCommand) {
      const { Key = '', Body, IfNoneMatch, ChecksumCRC32 } = command.input;
      if (typeof Body !== 'string') throw new Error('the model of S3 stores text only');
      if (IfNoneMatch === '*' && this.objects.has(Key)) throw serviceError('PreconditionFailed', 412);
      this.objects.set(Key, { body: Body, checksum: ChecksumCRC32, modifiedMs: this.#wallMs() });
      return { $metadata, ETag: etagOf(Body), ChecksumCRC32 };
    }
    if (command instanceof GetObjectCommand) {
      const object = this.objects.get(command.input.Key ?? '');
      if (object === undefined)
        throw new NoSuchKey({ message: 'NoSuchKey', $metadata: { ...$metadata, httpStatusCode: 404 } });
      const { body, checksum } = object;
      return { $metadata, Body: { transformToString: async () => body }, ChecksumCRC32: checksum, ETag: etagOf(body) };
    }
    if (command instanceof DeleteObjectCommand) {
      this.objects.delete(command.input.Key ?? '');
      return { $metadata };
    }
    if (command instanceof ListObjectsV2Command) {
      const { Bucket, StartAfter = '', Prefix = '' } = command.input;
      const keys = [...this.objects.keys()].filter((key) => key > StartAfter && key.startsWith(Prefix)).sort();
      const Contents = keys.slice(0, MAX_KEYS).map((Key) => ({
        Key,
        LastModified: new Date(this.objects.get(Key)?.modifiedMs ?? 0),
      }));
      return { $metadata, Name: Bucket, Contents, IsTruncated: keys.length > MAX_KEYS };
    }
    throw new Error(`the model of S3 does not have ${(command as object).constructor.name}`);
  }
}

function etagOf(body: string): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
