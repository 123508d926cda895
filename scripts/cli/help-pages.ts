const HEADING = '## npm run ';

/** The npm scripts that start a file of `scripts/`, with that file. */
export function commandsOf({ scripts }: { readonly scripts: Readonly<Record<string, string>> }) {
  return Object.entries(scripts).flatMap(([name, line]) => {
    const entry = /^node (?:scripts\/install\/then-run\.js )?(scripts\/\S+\.ts)$/.exec(line)?.[1];
    return entry ? [{ name, entry }] : [];
  });
}

/** Updates the first code block of each section `## npm run <name>`; adds new commands, drops those that are gone. */
export function withHelp(page: string, commands: readonly { readonly name: string; readonly help: string }[]): string {
  const [head = '', ...sections] = page.split(/^(?=## )/m);
  const isOf = (section: string, name: string) => section.startsWith(`${HEADING}${name}\n`);
  const renewed = sections.flatMap((section) => {
    if (!section.startsWith(HEADING)) return [section];
    const command = commands.find(({ name }) => isOf(section, name));
    return command ? [section.replace(/^```text\n[\s\S]*?^```$/m, () => block(command.help))] : [];
  });
  const added = commands
    .filter(({ name }) => !renewed.some((section) => isOf(section, name)))
    .map(({ name, help }) => `${HEADING}${name}\n\n${block(help)}\n\n`);
  const end = renewed.findLastIndex((section) => section.startsWith(HEADING)) + 1;
  return [head, ...renewed.toSpliced(end, 0, ...added)].join('');
}

function block(help: string): string {
  return `\`\`\`text\n${help}\`\`\``;
}
