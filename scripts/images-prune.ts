import { AMI_PARAMETER_PREFIX } from '../ami/contract.ts';
import { SERVICE_NAME } from '../server/contract.ts';
import { launchesOfGroups } from './aws/auto-scaling.ts';
import { deleteImage, describeOwnImages, launchesOfInstances } from './aws/ec2.ts';
import { deleteVersion, describeLaunchTemplates } from './aws/launch-templates.ts';
import { deleteParameter, readParametersBelow } from './aws/ssm.ts';
import { main } from './cli/main.ts';
import { textTable } from './cli/table.ts';
import { wholeNumber } from './cli/values.ts';
import { namesOfCommits, usesByPointers } from './image/parameters.ts';
import { planPrune } from './image/prune-plan.ts';
import { planTrim, usesByVersions } from './image/trim-plan.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';

const NUMBER = { value: '<n>', schema: wholeNumber() } as const;

await main(
  {
    name: 'images:prune',
    summary: 'Lists images and launch template versions that nothing uses and, with --delete, deletes them.',
    options: {
      ...AWS_OPTIONS,
      newest: { ...NUMBER, default: '5', help: 'how many of the newest to keep in any case' },
      days: { ...NUMBER, default: '30', help: 'keep images younger than this in any case' },
      delete: { help: 'delete; without it nothing is changed' },
    },
  },
  async ({ values }) => {
    await useRole(values);
    // Everything is read before anything is decided: a failed read ends the command.
    const [images, instances, templates, groups, parameters] = await Promise.all([
      describeOwnImages(SERVICE_NAME),
      launchesOfInstances(),
      describeLaunchTemplates(),
      launchesOfGroups(),
      readParametersBelow(AMI_PARAMETER_PREFIX),
    ]);
    const versions = planTrim({ templates, groups, instances }, SERVICE_NAME);
    const uses = [...instances, ...usesByVersions(versions), ...usesByPointers(parameters)];
    const rules = { newest: values.newest, youngerThanDays: values.days };
    const decisions = planPrune({ images, uses }, rules, new Date());
    console.log(textTable(decisions.map(({ image, keptBecause }) => [image.id, image.name, keptBecause ?? 'unused'])));

    const unused = decisions.filter(({ keptBecause }) => keptBecause === undefined);
    const old = versions.filter(({ keptBecause }) => keptBecause === undefined);
    for (const { templateId, number } of old) console.log(`launch template ${templateId} version ${number}: unused`);
    if (!values.delete) {
      const counts = `${unused.length} of ${images.length} images and ${old.length} of ${versions.length} versions`;
      console.log(`${counts} would be deleted. To do it: npm run images:prune -- --delete`);
      return;
    }
    // First the versions: one of them must not name an image that is gone.
    for (const { templateId: id, number } of old) await deleteVersion({ id, version: String(number) });
    for (const { image } of unused) {
      await deleteImage(image.id);
      for (const name of namesOfCommits(parameters, image.id)) await deleteParameter(name);
      console.log(`deleted ${image.id}`);
    }
  },
);
