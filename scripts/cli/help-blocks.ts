/** A command and what its `--help` prints. */
export interface CommandHelp {
  readonly name: string;
  readonly help: string;
}

const HEADING = '## npm run ';

/**
 * Brings the help texts of a page up to date: the first code block of each section `## npm run <name>` becomes what that
 * command prints. Sections of commands that are gone are dropped, sections of new ones are added after the last one.
 */
export function withHelp(page: string, commands: readonly CommandHelp[]): string {
  const [head = '', ...sections] = page.split(/^(?=## )/m);
  const isGone = (section: string) =>
    section.startsWith(HEADING) && !commands.some(({ name }) => isSectionOf(name, section));
  const kept = sections.filter((section) => !isGone(section));
  const renewed = kept.map((section) => {
    const command = commands.find(({ name }) => isSectionOf(name, section));
    return command ? section.replace(/^```text\n[\s\S]*?^```$/m, () => block(command.help)) : section;
  });
  const added = commands
    .filter(({ name }) => !sections.some((section) => isSectionOf(name, section)))
    .map(({ name, help }) => `${HEADING}${name}\n\n${block(help)}\n\n`);
  const end = renewed.findLastIndex((section) => section.startsWith(HEADING)) + 1;
  return [head, ...renewed.slice(0, end), ...added, ...renewed.slice(end)].join('');
}

const isSectionOf = (name: string, section: string) => section.startsWith(`${HEADING}${name}\n`);

const block = (help: string) => `\`\`\`text\n${help}\`\`\``;
