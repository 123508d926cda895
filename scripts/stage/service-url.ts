import { UsageError } from '../cli/errors.ts';

/** Checks the `--url` option. */
export function parseServiceUrl(text: string): string {
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text;
  throw new UsageError(`--url is '${text}': expected http:// or https:// and a host, such as http://localhost:8080`);
}
