import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An npm script and the entry file that it starts. */
export interface Command {
  readonly name: string;
  readonly entry: string;
}

/** The npm scripts of a repository that start an entry file with a `--help`. */
export function commandsOf(root: string): readonly Command[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  return Object.entries(scripts)
    .map(([name, line]) => ({ name, entry: /^node (scripts\/\S+\.ts)$/.exec(line)?.[1] ?? '' }))
    .filter(({ entry }) => entry !== '' && hasHelp(readFileSync(join(root, entry), 'utf8')));
}

/** Whether an entry file hands its work to the `main` of the scripts, which answers `--help`. */
const hasHelp = (source: string) => /^import \{[^}]*\bmain\b[^}]*\} from '\.{1,2}\/cli\/main\.ts';$/m.test(source);
