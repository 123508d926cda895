import { UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { parkBastion, stopText, wakeBastion } from './stage/bastion.ts';
import { outputsOf } from './stage/outputs.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';

await main(
  {
    name: 'bastion',
    summary:
      'Starts the bastion for an hour (its group gets one instance) or stops it (none), and waits until that is done.',
    positionals: [{ name: 'wake|park', required: true, help: 'what to do: start it or stop it' }],
    options: { stage: STAGE_OPTION, ...AWS_OPTIONS },
    examples: [['npm run bastion -- park --stage prod', 'no bastion, no cost, no open port']],
  },
  async ({ values, positionals: [action] }) => {
    const { stage } = values;
    if (action !== 'wake' && action !== 'park') throw new UsageError(`'${action}' is not wake or park`);
    await useRole(values);
    const { bastionGroup } = await outputsOf(stage, 'network');
    if (action === 'park') {
      await parkBastion(bastionGroup);
      console.log(`The bastion of ${stage} is parked`);
    } else {
      const bastion = await wakeBastion(bastionGroup);
      console.log(`The bastion of ${stage} is awake: ${bastion.id} at ${bastion.publicIp}. ${stopText(bastion)}`);
    }
  },
);
