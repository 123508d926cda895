import { UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { STAGE_OPTION } from './cli/values.ts';
import { parkBastion, wakeBastion } from './stage/bastion-group.ts';
import { outputsOf } from './stage/stage-outputs.ts';

await main(
  {
    name: 'bastion',
    summary: 'Wakes the bastion (its group gets one instance) or parks it (none), and waits until that is so.',
    positionals: [{ name: 'wake|park', required: true, help: 'what the bastion shall do' }],
    options: { stage: STAGE_OPTION },
    examples: [['npm run bastion -- park --stage prod', 'no bastion, no cost, no open port']],
  },
  async ({ values, positionals: [action] }) => {
    const stage = values.stage;
    if (action !== 'wake' && action !== 'park') throw new UsageError(`'${action}' is not wake or park`);
    const { bastionGroup } = await outputsOf(stage, 'network');
    if (action === 'park') {
      await parkBastion(bastionGroup);
      console.log(`The bastion of ${stage} is parked`);
    } else {
      const { id, publicIp } = await wakeBastion(bastionGroup);
      console.log(`The bastion of ${stage} is awake: ${id} at ${publicIp}. Park it with npm run bastion -- park`);
    }
  },
);
