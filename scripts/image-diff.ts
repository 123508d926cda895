import { main } from './cli/main.ts';
import { textTable } from './cli/table.ts';
import { compareBakes } from './image/bake-difference.ts';
import { readBakeFacts } from './image/bakes.ts';

await main(
  {
    name: 'image:diff',
    summary: 'Shows what changed from one bake to another: versions, Debian packages, npm packages.',
    positionals: [
      { name: 'before', help: 'name of an image in bakes/, or a directory with the facts of a bake', required: true },
      { name: 'after', help: 'the same of a later one', required: true },
    ],
    options: {},
    examples: [['npm run image:diff -- stampede-1.0.0-arm64-… stampede-1.1.0-arm64-…', 'what 1.1.0 brings']],
  },
  async ({ positionals: [before = '', after = ''] }) => {
    const differences = compareBakes(await readBakeFacts(before), await readBakeFacts(after));
    if (differences.length === 0) console.log('Nothing but the time of the bake differs');
    else console.log(textTable(differences.map(({ what, before = '-', after = '-' }) => [what, before, '->', after])));
  },
);
