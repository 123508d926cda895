import { AMI_PARAMETER_PREFIX } from '../ami/contract.ts';
import { SERVICE_NAME } from '../server/contract.ts';
import { deleteImage, describeOwnImages, imagesOfInstances, imagesOfLaunchTemplates } from './aws/ec2.ts';
import { deleteParameter, readParametersBelow } from './aws/ssm.ts';
import { main } from './cli/main.ts';
import { textTable } from './cli/table.ts';
import { wholeNumber } from './cli/values.ts';
import { namesOfCommits, usesByPointers } from './image/parameters.ts';
import { planPrune } from './image/prune-plan.ts';

const NUMBER = { value: '<n>', schema: wholeNumber() } as const;

await main(
  {
    name: 'images:prune',
    summary: 'Lists the images that nothing uses and, with --delete, deletes them with their snapshots.',
    options: {
      newest: { ...NUMBER, default: '5', help: 'how many of the newest to keep in any case' },
      days: { ...NUMBER, default: '30', help: 'keep images younger than this in any case' },
      delete: { help: 'delete; without it nothing is changed' },
    },
  },
  async ({ values }) => {
    // Everything is read before anything is decided: a failed read ends the command.
    const [images, instances, templates, parameters] = await Promise.all([
      describeOwnImages(SERVICE_NAME),
      imagesOfInstances(),
      imagesOfLaunchTemplates(),
      readParametersBelow(AMI_PARAMETER_PREFIX),
    ]);
    const uses = [...instances, ...templates, ...usesByPointers(parameters)];
    const rules = { newest: values.newest, youngerThanDays: values.days };
    const decisions = planPrune({ images, uses }, rules, new Date());
    console.log(textTable(decisions.map(({ image, keptBecause }) => [image.id, image.name, keptBecause ?? 'unused'])));

    const unused = decisions.filter(({ keptBecause }) => keptBecause === undefined);
    if (!values.delete) {
      console.log(`${unused.length} of ${images.length} would be deleted. To do it: npm run images:prune -- --delete`);
      return;
    }
    for (const { image } of unused) {
      await deleteImage(image.id);
      for (const name of namesOfCommits(parameters, image.id)) await deleteParameter(name);
      console.log(`deleted ${image.id}`);
    }
  },
);
