import { DEFAULT_QUALIFIER } from '../../infra/contract.ts';
import type { InstanceType } from '../aws/ec2-capacity.ts';
import type { Account, Fact } from './account.ts';
import type { Check } from './check.ts';
import type { GroupNeeds, StageNeeds } from './needs.ts';
import { checkAddresses, checkOtherFamilies, checkVcpus } from './quotas.ts';
import { checkRecipients } from './recipients.ts';

/** Compares what a stage needs with what its account has. */
export function checkAccount(needs: StageNeeds, account: Account): Check[] {
  const { bootstrapVersion, instanceTypes, offerings, images } = account;
  const groups = needs.groups.flatMap((group) => [
    known('instance type', [instanceTypes, offerings], (types, offered) =>
      checkTypes(group, types, offered, needs.region),
    ),
    ...(group.imageId === undefined
      ? []
      : [known('image', [images, instanceTypes], (found, types) => checkImage(group, found, types, needs.region))]),
  ]);
  return [
    known('cdk bootstrap', [bootstrapVersion], (version) => checkBootstrap(needs, version)),
    ...groups,
    known('vCPUs', [account.vcpuQuota, account.instances, instanceTypes], (...facts) => checkVcpus(needs, ...facts)),
    ...checkOtherFamilies(needs),
    known('Elastic IPs', [account.ipQuota, account.ips], (...facts) => checkAddresses(needs, ...facts)),
    ...checkRecipients(needs),
  ];
}

/** The values of facts that are all known. */
type Known<Facts extends readonly Fact<unknown>[]> = {
  [Index in keyof Facts]: Extract<Facts[Index], { readonly value: unknown }>['value'];
};

/** A check of facts; when one of them is not known, it says so. */
function known<const Facts extends readonly Fact<unknown>[]>(
  what: string,
  facts: Facts,
  check: (...values: Known<Facts>) => Check,
): Check {
  const unknown = facts.find((fact) => 'problem' in fact);
  if (unknown) return { state: 'warning', text: `${what}: not checked: ${unknown.problem}` };
  const values = facts.map((fact) => ('value' in fact ? fact.value : undefined));
  return check(...(values as unknown as Known<Facts>));
}

function checkBootstrap({ bootstrap, region }: StageNeeds, version: string | undefined): Check {
  const remedy = `run npx cdk bootstrap ${bootstrapOptions(bootstrap.parameter)}aws://<account>/${region} once`;
  if (version === undefined) return { state: 'missing', text: `cdk bootstrap: not done in ${region}: ${remedy}` };
  const text = `cdk bootstrap: version ${version}, ${bootstrap.version} or later is needed`;
  return Number(version) >= bootstrap.version
    ? { state: 'ok', text }
    : { state: 'missing', text: `${text}: ${remedy}` };
}

/** The options for a stage with its own bootstrap; docs/pipeline.md describes them. */
function bootstrapOptions(versionParameter: string): string {
  // `/cdk-bootstrap/<qualifier>/version`
  const qualifier = versionParameter.split('/')[2];
  if (qualifier === DEFAULT_QUALIFIER) return '';
  const stack = `--toolkit-stack-name CDKToolkit-${qualifier}`;
  return `--qualifier ${qualifier} ${stack} --cloudformation-execution-policies <policy> `;
}

function checkTypes(
  { instanceTypes, zones }: GroupNeeds,
  types: readonly InstanceType[],
  offerings: readonly { readonly type: string; readonly zone: string }[],
  region: string,
): Check {
  const names = instanceTypes.join(', ');
  const text = `instance type ${names}`;
  const unknown = instanceTypes.find((name) => !types.some((type) => type.name === name));
  if (unknown) return { state: 'missing', text: `${text}: ${region} has no ${unknown}: choose another instanceType` };
  const closed = zones.filter((zone) => !offerings.some((offering) => offering.zone === zone));
  if (closed.length === 0) return { state: 'ok', text: `${text}: offered in ${zones.join(', ')}` };
  const remedy = 'choose another instanceType or other zones';
  return { state: 'missing', text: `${text}: not offered in ${closed.join(', ')}: ${remedy}` };
}

function checkImage(
  { imageId, instanceTypes }: GroupNeeds,
  images: readonly { readonly id: string; readonly state: string; readonly architecture: string }[],
  types: readonly InstanceType[],
  region: string,
): Check {
  const image = images.find(({ id }) => id === imageId);
  const text = `image ${imageId}`;
  if (!image)
    return { state: 'missing', text: `${text}: not in ${region} of this account: bake it there, or pass --ami` };
  if (image.state !== 'available') {
    return { state: 'missing', text: `${text}: ${image.state}, expected available: wait, or bake it again` };
  }
  const wrong = types.find(({ name, architectures }) => {
    return instanceTypes.includes(name) && !architectures.includes(image.architecture);
  });
  if (!wrong) return { state: 'ok', text: `${text}: available, for ${image.architecture}` };
  const remedy = `bake it for ${wrong.architectures.join(' or ')}, or change architecture and instanceType`;
  return { state: 'missing', text: `${text}: for ${image.architecture}, which ${wrong.name} cannot run: ${remedy}` };
}
