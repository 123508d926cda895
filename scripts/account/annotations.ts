import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.looseObject({ pluginReports: z.array(z.unknown()) });

/** How cdk names its report of the annotations of stacks. If an assembly has such a report, cdk derives none. */
const REPORTED = { pluginName: 'Construct Annotations', conclusion: 'success', violations: [] };

/**
 * Marks the annotations of synthesised stacks as reported, once the synthesis has printed them: otherwise `cdk diff` and
 * `cdk deploy` print each of them again. Does nothing if the folder has no report of a validation.
 */
export async function markAsReported(folder: string): Promise<void> {
  const file = join(folder, 'validation-report.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const report = schema.parse(JSON.parse(text));
  await writeFile(file, JSON.stringify({ ...report, pluginReports: [...report.pluginReports, REPORTED] }));
}
