import { AclCidr, AclTraffic, type ISubnet, type IVpc, NetworkAcl, TrafficDirection } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { CLIENT_PORTS } from '../../ami/contract.ts';
import { PORT } from '../../server/contract.ts';
import type { FirewallProps } from './firewall.ts';

/** Allowed traffic. */
interface Line {
  readonly peers: readonly string[];
  readonly ports: readonly [from: number, to: number];
}

interface Lists {
  readonly in: readonly Line[];
  readonly out: readonly Line[];
}

const ANYWHERE = ['0.0.0.0/0'];
/** Ephemeral ports of NAT gateways, load balancers and operating systems in general. */
const EPHEMERAL: Line['ports'] = [1024, 65535];
/** Ephemeral ports of our instances, which do not include the app's port. */
const INSTANCE_EPHEMERAL: Line['ports'] = [CLIENT_PORTS.from, CLIENT_PORTS.to];

/**
 * Network ACLs: a second security layer, in case a security group is opened by mistake. They are stateless, so answers
 * need rules for ephemeral ports. DNS, NTP and instance metadata do not pass network ACLs.
 */
export class NetworkAcls extends Construct {
  constructor(scope: Construct, id: string, { vpc, sshCidrs }: FirewallProps) {
    super(scope, id);
    const port = (number: number): Line['ports'] => [number, number];
    const cidrs = (subnets: readonly ISubnet[]) => subnets.map(({ ipv4CidrBlock }) => ipv4CidrBlock);
    const publicCidrs = cidrs(vpc.publicSubnets);
    const privateCidrs = cidrs(vpc.privateSubnets);
    const isolatedCidrs = cidrs(vpc.isolatedSubnets);

    this.#add('Public', vpc, vpc.publicSubnets, {
      in: [
        { peers: ANYWHERE, ports: port(80) },
        { peers: ANYWHERE, ports: port(443) },
        { peers: sshCidrs, ports: port(22) },
        { peers: ANYWHERE, ports: EPHEMERAL },
      ],
      out: [
        { peers: ANYWHERE, ports: port(443) },
        { peers: privateCidrs, ports: port(22) },
        { peers: ANYWHERE, ports: EPHEMERAL },
      ],
    });
    this.#add('Private', vpc, vpc.privateSubnets, {
      in: [
        { peers: publicCidrs, ports: port(PORT) },
        { peers: [...publicCidrs, ...isolatedCidrs], ports: port(22) },
        { peers: ANYWHERE, ports: INSTANCE_EPHEMERAL },
      ],
      out: [
        { peers: ANYWHERE, ports: port(443) },
        { peers: [...publicCidrs, ...isolatedCidrs], ports: EPHEMERAL },
      ],
    });
    this.#add('Isolated', vpc, vpc.isolatedSubnets, {
      in: [{ peers: privateCidrs, ports: EPHEMERAL }],
      out: [{ peers: privateCidrs, ports: port(22) }],
    });
  }

  #add(name: string, vpc: IVpc, subnets: ISubnet[], lists: Lists): void {
    const acl = new NetworkAcl(this, name, { vpc, subnetSelection: { subnets } });
    for (const [prefix, direction, lines] of [
      ['In', TrafficDirection.INGRESS, lists.in],
      ['Out', TrafficDirection.EGRESS, lists.out],
    ] as const) {
      const entries = lines.flatMap(({ peers, ports }) => peers.map((peer) => ({ peer, ports })));
      entries.forEach(({ peer, ports: [from, to] }, index) => {
        const traffic = AclTraffic.tcpPortRange(from, to);
        const ruleNumber = 100 + index * 10;
        acl.addEntry(`${prefix}${index}`, { ruleNumber, cidr: AclCidr.ipv4(peer), traffic, direction });
      });
    }
  }
}
