import { OperatorError } from '../../../scripts/cli/errors.ts';
import { main } from '../../../scripts/cli/main.ts';

await main(
  {
    name: 'fail',
    summary: 'Fails in a chosen way.',
    positionals: [{ name: 'how', required: true, help: 'how to fail' }],
    options: {},
  },
  async ({ positionals: [how] }) => {
    throw new OperatorError(`it went ${how}\n  in two lines`, { cause: new Error('the root of it') });
  },
);
