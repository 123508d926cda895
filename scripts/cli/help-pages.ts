/** A command and what its `--help` prints. */
export interface CommandHelp {
  readonly name: string;
  readonly help: string;
}

const HEADING = '## npm run ';

/** The npm scripts that start a file of `scripts/`, with that file. */
export function commandsOf({ scripts }: { readonly scripts: Readonly<Record<string, string>> }) {
  return Object.entries(scripts).flatMap(([name, line]) => {
    const entry = /^node (scripts\/\S+\.ts)$/.exec(line)?.[1];
    return entry ? [{ name, entry }] : [];
  });
}

/**
 * Updates the help texts of a page: the first code block of each section `## npm run <name>` becomes what that command
 * prints. Sections of commands that are gone are dropped, sections of new ones are added after the last one.
 */
export function withHelp(page: string, commands: readonly CommandHelp[]): string {
  const [head = '', ...sections] = page.split(/^(?=## )/m);
  const commandOf = (section: string) => commands.find(({ name }) => section.startsWith(`${HEADING}${name}\n`));
  const kept = sections.filter((section) => !section.startsWith(HEADING) || commandOf(section));
  const renewed = kept.map((section) => {
    const command = commandOf(section);
    return command ? section.replace(/^```text\n[\s\S]*?^```$/m, () => block(command)) : section;
  });
  const added = commands
    .filter((command) => !kept.some((section) => commandOf(section) === command))
    .map((command) => `${HEADING}${command.name}\n\n${block(command)}\n\n`);
  const end = renewed.findLastIndex((section) => section.startsWith(HEADING)) + 1;
  return [head, ...renewed.slice(0, end), ...added, ...renewed.slice(end)].join('');
}

function block({ help }: CommandHelp): string {
  return `\`\`\`text\n${help}\`\`\``;
}
