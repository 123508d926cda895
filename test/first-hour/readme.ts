/** The fenced blocks of a Markdown text below a heading of the second level, up to the next one. */
export function blocksBelow(markdown: string, heading: string): string[] {
  const section = markdown.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`));
  if (section === undefined) throw new Error(`there is no heading "${heading}"`);
  return Array.from(section.matchAll(/^```\w*\n(.*?)^```$/gms), ([, block = '']) => block);
}

/** The command lines of a block, without their comments. */
export function commandLines(block = ''): string[] {
  return block
    .split('\n')
    .map((line) => line.replace(/\s+# .*$/, ''))
    .filter((line) => line !== '');
}

/** A pattern for all outputs of the same shape: each digit stands for any. */
export function shapeOf(output: string): RegExp {
  const escaped = output.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/\d/g, '\\d')}$`);
}
