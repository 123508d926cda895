import { ENV } from '../server/contract.ts';
import { describeGroup } from './aws/auto-scaling.ts';
import { describeInstances } from './aws/ec2.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { textTable } from './cli/table.ts';
import { choice, STAGE_OPTION, webAddress } from './cli/values.ts';
import { probeAnswers } from './probe/answers.ts';
import { PLACES } from './probe/openings.ts';
import { type Addresses, probePorts, REFUSED_AFTER_S, tryFromHere, tryThrough } from './probe/ports.ts';
import { probeTls } from './probe/tls.ts';
import { outputsOf } from './stage/outputs.ts';
import { AWS_OPTIONS, useRole } from './stage/role.ts';
import { tokensFrom } from './stage/tokens.ts';

await main(
  {
    name: 'probe',
    summary:
      'Tries from outside which ports of a stage answer, and checks TLS, headers and tokens. Changes nothing. Takes the ' +
      "read token from READ_TOKEN, or from the stage's secret.",
    options: {
      stage: STAGE_OPTION,
      ...AWS_OPTIONS,
      from: { value: '<place>', default: 'internet', schema: choice(PLACES), help: `one of ${PLACES.join(', ')}` },
      through: { value: '<command>', help: 'command that runs a line of shell on the machine to connect from' },
      url: { value: '<url>', schema: webAddress(), help: 'a service that is not on AWS, with the two addresses below' },
      bastion: { value: '<address>', help: 'address of the bastion (default: of the stage, if it runs)' },
      instance: { value: '<address>', help: 'private address of an app instance (default: one of the stage)' },
      reading: {
        value: '<who>',
        schema: choice(['token', 'anyone']),
        default: 'token',
        help: 'who must be able to read: token, or anyone if the setting readToken is none',
      },
      ports: { help: 'try the ports only, for a stage with jwtIssuer or clientAuthorities' },
      json: { help: 'print the findings as JSON, and exit with 0 even if there are differences' },
    },
    examples: [
      ['npm run probe -- --stage prod', 'from this machine, as anyone on the internet'],
      ['npm run probe -- --from operator', 'from an address within the setting sshCidrs'],
      ["npm run probe -- --from instance --through 'npm run --silent ssh -- 1a --'", 'ports only, from an instance'],
    ],
  },
  async ({ values }) => {
    await useRole(values);
    const { from, through } = values;
    const { url, addresses } = values.url
      ? { url: values.url, addresses: given(values) }
      : await addressesOf(values.stage, given(values));
    const parsed = new URL(url);
    const hasTls = parsed.protocol === 'https:';
    const targets = { 'load balancer': parsed.hostname, ...addresses };
    const words = through?.split(' ').filter((word) => word !== '') as [string, ...string[]] | undefined;
    console.error(`Trying the ports from the ${from}, ${REFUSED_AFTER_S} s for a closed one ...`);
    const findings = await probePorts(from, targets, hasTls, words ? tryThrough(words) : tryFromHere);
    if (!values.ports && !words && (from === 'internet' || from === 'operator')) {
      console.error(`Checking ${hasTls ? 'TLS and ' : ''}the answers ...`);
      if (hasTls) findings.push(...(await probeTls(parsed)));
      const needsToken = values.reading === 'token';
      if (needsToken && values.url && !process.env[ENV.readToken])
        throw new OperatorError(`set ${ENV.readToken}, or pass --reading anyone if ${values.url} needs no token`);
      const tokens = tokensFrom(process.env, values.url ? undefined : values.stage);
      const token = needsToken ? await tokens.read() : undefined;
      findings.push(...(await probeAnswers({ url: parsed, needsToken, token })));
    }
    const differences = findings.filter(({ passed }) => !passed);
    if (values.json) return console.log(JSON.stringify(findings));
    const rows = findings.map(({ check, passed, measured, expected }) =>
      passed ? ['as expected', check, measured] : ['DIFFERENT', check, `${measured}, expected ${expected}`],
    );
    console.log(textTable(rows));
    for (const target of ['bastion', 'app'] as const)
      if (!targets[target]) console.log(`Not tried: the ${target}, because no address is known`);
    console.log(`${findings.length} tried from the ${from}, ${differences.length} different`);
    if (differences.length > 0) process.exitCode = 1;
  },
);

function given({ bastion, instance }: Readonly<Record<'bastion' | 'instance', string | undefined>>): Addresses {
  return { ...(bastion && { bastion }), ...(instance && { app: instance }) };
}

/** The URL of a stage, and the addresses of its instances that are not given. */
async function addressesOf(stage: string, overrides: Addresses) {
  const [service, network] = await Promise.all([outputsOf(stage, 'service'), outputsOf(stage, 'network')]);
  const [app, bastion] = await Promise.all([
    firstInstance(service.autoScalingGroup),
    firstInstance(network.bastionGroup),
  ]);
  const found: Addresses = {
    ...(app && { app: app.privateIp }),
    ...(bastion?.publicIp && { bastion: bastion.publicIp }),
  };
  return { url: service.url, addresses: { ...found, ...overrides } };
}

async function firstInstance(group: string) {
  const { members } = await describeGroup(group);
  const [instance] = await describeInstances(members.map(({ id }) => id).slice(0, 1));
  return instance;
}
