import type { StoredObject } from './objects.ts';

/** Nested elements; an array repeats its element. */
interface Elements {
  readonly [name: string]: string | number | boolean | Elements | readonly Elements[] | undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** An XML document as S3 sends it. */
export function xmlDocument(root: string, content: Elements, namespace = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${namespace && ` xmlns="${namespace}"`}>${inner(content)}</${root}>`;
}

function inner(content: Elements): string {
  return Object.entries(content)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((each) => element(name, each)))
    .join('');
}

function element(name: string, value: string | number | boolean | Elements | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'object') return `<${name}>${inner(value)}</${name}>`;
  return `<${name}>${String(value).replace(/[&<>"]/g, (character) => ESCAPES[character] as string)}</${name}>`;
}

/** An object in a listing. */
export function listedObject(
  { key, body, etag, modified }: StoredObject,
  encodeKey: (key: string) => string,
): Elements {
  return {
    Key: encodeKey(key),
    LastModified: modified.toISOString(),
    ETag: etag,
    Size: body.length,
    StorageClass: 'STANDARD',
  };
}
