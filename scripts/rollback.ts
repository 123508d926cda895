import { describeImage } from './aws/ec2.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { applyChanges, checkImage, moveCurrent, readPointers } from './image/parameters.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';

await main(
  {
    name: 'rollback',
    summary: 'Points `current` back to the image it pointed to before; a second rollback undoes the first.',
    options: { ...AWS_OPTIONS, 'dry-run': { help: 'print the changes and make none' } },
  },
  async ({ values }) => {
    await useRole(values);
    const pointers = await readPointers();
    const { previous } = pointers;
    if (!previous)
      throw new OperatorError('there is no previous image: nothing was promoted twice. Deploy another with --ami');
    checkImage(await describeImage(previous));
    await applyChanges(moveCurrent(pointers, previous), values['dry-run']);
    console.log(`Next: npm run deploy -- --ami ${previous}`);
  },
);
