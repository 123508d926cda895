import { z } from 'zod';
import { main } from './cli/main.ts';
import { STAGE_OPTION, webAddress } from './cli/values.ts';
import { outputsOf } from './stage/outputs.ts';
import { postTimestamp, verifyTimestamp } from './stage/post-timestamp.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import { tokensFrom } from './stage/tokens.ts';

await main(
  {
    name: 'post',
    summary:
      'Records one timestamp through the load balancer and prints the answer. Takes required tokens from READ_TOKEN and ' +
      "WRITE_TOKEN, or from the stage's secret.",
    options: {
      stage: STAGE_OPTION,
      ...AWS_OPTIONS,
      url: {
        value: '<url>',
        schema: webAddress(),
        help: 'another server than the stage, such as http://localhost:8080',
      },
      key: {
        value: '<key>',
        schema: z.string().regex(/^[\w-]{1,255}$/, 'expected 1 to 255 letters, digits, "-" or "_"'),
        help: 'repeat the request with this Idempotency-Key, which records nothing twice; a new one by default',
      },
      verify: { help: 'read the timestamp back by its id' },
    },
    examples: [['npm run post -- --stage prod --verify', 'records one in prod and reads it back']],
  },
  async ({ values }) => {
    await useRole(values);
    const url = values.url ?? (await outputsOf(values.stage, 'service')).url;
    // Another server has other tokens than the stage.
    const tokens = tokensFrom(process.env, values.url === undefined ? values.stage : undefined);
    const posted = await postTimestamp(url, tokens, values.key);
    if (!values.verify) return;
    await verifyTimestamp(url, posted, tokens);
    console.log(`Recorded and read back: ${posted.timestamp}`);
  },
);
