/** What a request asks of S3. */
interface S3Call {
  readonly operation: string;
  readonly params: { readonly Bucket: string | undefined; readonly Key?: string; readonly Prefix?: string };
}

/** Operations on an object by method, named as the action that each needs; S3 reads its headers with the same right. */
const OF_OBJECTS: Readonly<Record<string, string>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  HEAD: 'GetObject',
  DELETE: 'DeleteObject',
};

/**
 * Reads a request of S3's REST protocol that names its bucket in the path. An operation that is not listed here keeps
 * its method as its name, so that nothing permits it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export function readS3Call(method = '', url = ''): S3Call {
  const [path = '', query] = url.split('?', 2);
  const [Bucket, ...key] = path.slice(1).split('/').map(decodeURIComponent);
  const Key = key.join('/');
  const search = new URLSearchParams(query);
  // `x-id` repeats the name of the operation.
  const others = [...search.keys()].filter((name) => name !== 'x-id');
  if (Key !== '' && others.length === 0) return { operation: OF_OBJECTS[method] ?? method, params: { Bucket, Key } };
  if (Key === '' && method === 'GET' && search.get('list-type') === '2') {
    return { operation: 'ListBucket', params: { Bucket, Prefix: search.get('prefix') ?? '' } };
  }
  if (Key === '' && method === 'GET' && search.has('versions'))
    return { operation: 'ListObjectVersions', params: { Bucket } };
  if (Key === '' && method === 'POST' && search.has('delete'))
    return { operation: 'DeleteObjects', params: { Bucket } };
  return { operation: `${method} ${others.join(' ')}`.trim(), params: { Bucket, Key } };
}
