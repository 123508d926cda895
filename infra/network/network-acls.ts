import { AclCidr, AclTraffic, type ISubnet, type IVpc, NetworkAcl, TrafficDirection } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { CLIENT_PORTS } from '../../ami/contract.ts';
import { PORT } from '../../server/contract.ts';
import { ANY_IPV4 } from '../settings/types.ts';
import type { FirewallProps } from './firewall.ts';

/** Allowed traffic. */
interface Line {
  readonly peers: readonly string[];
  readonly ports: readonly [from: number, to: number];
}

/** Allowed traffic by name. The name is part of the entries' logical ids, so that an added peer moves no other entry. */
interface Lists {
  readonly in: Readonly<Record<string, Line>>;
  readonly out: Readonly<Record<string, Line>>;
}

/** Rules of a network ACL in one direction; AWS's default quota. */
const MAX_RULES = 20;
/** Rule numbers of one line; more than its peers. */
const NUMBERS_PER_LINE = 100;

const ANYWHERE = [ANY_IPV4];
/** Ephemeral ports of NAT gateways, load balancers and operating systems in general. */
const EPHEMERAL: Line['ports'] = [1024, 65535];
/** Ephemeral ports of our instances, which do not include the app's port. */
const INSTANCE_EPHEMERAL: Line['ports'] = [CLIENT_PORTS.from, CLIENT_PORTS.to];

/**
 * Network ACLs: a second security layer, in case a security group is opened by mistake. They are stateless, so answers
 * need rules for ephemeral ports. DNS, NTP and instance metadata do not pass network ACLs.
 */
export class NetworkAcls extends Construct {
  constructor(scope: Construct, id: string, { vpc, sourceCidrs, sshCidrs }: Omit<FirewallProps, 'fetchesKeys'>) {
    super(scope, id);
    const port = (number: number): Line['ports'] => [number, number];
    const cidrs = (subnets: readonly ISubnet[]) => subnets.map(({ ipv4CidrBlock }) => ipv4CidrBlock);
    const publicCidrs = cidrs(vpc.publicSubnets);
    const privateCidrs = cidrs(vpc.privateSubnets);
    const isolatedCidrs = cidrs(vpc.isolatedSubnets);

    this.#add('Public', vpc, vpc.publicSubnets, {
      in: {
        Http: { peers: sourceCidrs, ports: port(80) },
        Https: { peers: sourceCidrs, ports: port(443) },
        Answers: { peers: ANYWHERE, ports: EPHEMERAL },
        Ssh: { peers: sshCidrs, ports: port(22) },
        // The NAT gateways are in the same subnets; without restricted clients, the rules for Https include this.
        ...(!sourceCidrs.includes(ANY_IPV4) && { HttpsToNat: { peers: privateCidrs, ports: port(443) } }),
      },
      out: {
        Https: { peers: ANYWHERE, ports: port(443) },
        Answers: { peers: ANYWHERE, ports: EPHEMERAL },
        Ssh: { peers: privateCidrs, ports: port(22) },
      },
    });
    this.#add('Private', vpc, vpc.privateSubnets, {
      in: {
        App: { peers: publicCidrs, ports: port(PORT) },
        SshFromBastion: { peers: publicCidrs, ports: port(22) },
        SshFromEndpoint: { peers: isolatedCidrs, ports: port(22) },
        Answers: { peers: ANYWHERE, ports: INSTANCE_EPHEMERAL },
      },
      out: {
        Https: { peers: ANYWHERE, ports: port(443) },
        AnswersToPublic: { peers: publicCidrs, ports: EPHEMERAL },
        AnswersToEndpoint: { peers: isolatedCidrs, ports: EPHEMERAL },
      },
    });
    this.#add('Isolated', vpc, vpc.isolatedSubnets, {
      in: { Answers: { peers: privateCidrs, ports: EPHEMERAL } },
      out: { Ssh: { peers: privateCidrs, ports: port(22) } },
    });
  }

  #add(name: string, vpc: IVpc, subnets: ISubnet[], lists: Lists): void {
    const acl = new NetworkAcl(this, name, { vpc, subnetSelection: { subnets } });
    for (const [prefix, direction, lines] of [
      ['In', TrafficDirection.INGRESS, lists.in],
      ['Out', TrafficDirection.EGRESS, lists.out],
    ] as const) {
      refuseTooManyRules(name, lines);
      Object.entries(lines).forEach(
        (
          [
            line,
            {
              peers,
              ports: [from, to],
            },
          ],
          index,
        ) => {
          const traffic = AclTraffic.tcpPortRange(from, to);
          peers.forEach((peer, position) => {
            const ruleNumber = (index + 1) * NUMBERS_PER_LINE + position;
            acl.addEntry(`${prefix}${line}${position}`, { ruleNumber, cidr: AclCidr.ipv4(peer), traffic, direction });
          });
        },
      );
    }
  }
}

/** Throws if the lines need more rules than a network ACL has. */
function refuseTooManyRules(name: string, lines: Readonly<Record<string, Line>>): void {
  const rules = Object.values(lines).reduce((sum, { peers }) => sum + peers.length, 0);
  if (rules <= MAX_RULES) return;
  const used = Object.entries(lines).map(([line, { peers }]) => `${line} ${peers.length}`);
  throw new Error(
    `The network ACL ${name} needs ${rules} rules (${used.join(', ')}), expected at most ${MAX_RULES}, the quota of AWS. ` +
      'Combine adjacent networks of sourceCidrs or of sshCidrs, or use Session Manager for some of the operators',
  );
}
