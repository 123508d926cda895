import { OperatorError } from '../cli/errors.ts';

/**
 * A page with new text between `<!-- name -->` at the end of a line and `<!-- /name -->`.
 * @throws OperatorError when the page does not have the two comments.
 */
export function withBlock(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) {
    throw new OperatorError(`the page has no '${begin.trim()}' before '${end}': add both where the text belongs`);
  }
  return `${page.slice(0, from + begin.length)}${text}${page.slice(to)}`;
}
