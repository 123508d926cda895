import { appendFileSync } from 'node:fs';

/**
 * Hook of artillery, after each answer: notes the id of a timestamp that was answered with 2xx, one a line. Artillery's
 * workers share the file; lines this short are appended whole.
 */
export async function recordAcknowledged(_request, response, context) {
  if (response.statusCode < 200 || response.statusCode > 299) return;
  const { id } = JSON.parse(response.body);
  appendFileSync(context.vars.acknowledgedFile, `${id}\n`);
}
