import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Which of these programs can be started from the given PATH. */
export function installedTools(names: readonly string[], path: string): ReadonlySet<string> {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return new Set(names.filter((name) => folders.some((folder) => isExecutable(join(folder, name)))));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
