/** A bug to plant: one place of one file of the server is replaced. */
export interface Mutation {
  /** What the server then does wrong. */
  readonly name: string;
  /** In `server/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** The file with the bug. Throws unless the place exists exactly once. */
export function plant({ name, file, find, replace }: Mutation, text: string): string {
  const places = text.split(find).length - 1;
  if (places !== 1)
    throw new Error(
      `the planted bug "${name}" expects its text once in server/${file}, which has it ${places} times: update it`,
    );
  return text.replace(find, () => replace);
}
