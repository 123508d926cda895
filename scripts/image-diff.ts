import { main } from './cli/main.ts';
import { textTable } from './cli/table.ts';
import { compareBakes, readBakeFacts } from './image/bake-facts.ts';

await main(
  {
    name: 'image:diff',
    summary: 'Shows what changed from one bake to another: versions, Debian packages, npm packages.',
    positionals: [
      { name: 'before', help: 'name of an image in bakes/, or a directory with the facts of a bake', required: true },
      { name: 'after', help: 'the same for a later bake', required: true },
    ],
    options: {},
    examples: [['npm run image:diff -- stampede-1.0.0-arm64-… stampede-1.1.0-arm64-…', 'what 1.1.0 changes']],
  },
  async ({ positionals: [before = '', after = ''] }) => {
    const differences = compareBakes(await readBakeFacts(before), await readBakeFacts(after));
    if (differences.length === 0) console.log('Only the time of the bake differs');
    else console.log(textTable(differences.map(({ what, before = '-', after = '-' }) => [what, before, '->', after])));
  },
);
