import { AclCidr, AclTraffic, type ISubnet, type IVpc, NetworkAcl, TrafficDirection } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { CLIENT_PORTS } from '../../ami/contract.ts';
import { PORT } from '../../server/contract.ts';

/** The network, and who may reach the bastion. */
export interface NetworkAclsProps {
  readonly vpc: IVpc;
  readonly sshCidrs: readonly string[];
}

/** One line of a list: traffic that may pass. */
interface Line {
  readonly peers: readonly string[];
  readonly ports: readonly [from: number, to: number];
}

interface Lists {
  readonly in: readonly Line[];
  readonly out: readonly Line[];
}

const ANYWHERE = ['0.0.0.0/0'];
/** Ports from which NAT gateways and load balancers speak, and clients of every system. */
const EPHEMERAL: Line['ports'] = [1024, 65535];
/** Ports from which our instances speak; the app's own port is not among them. */
const INSTANCE_EPHEMERAL: Line['ports'] = [CLIENT_PORTS.from, CLIENT_PORTS.to];

const port = (number: number): Line['ports'] => [number, number];
const cidrs = (subnets: readonly ISubnet[]): readonly string[] => subnets.map((subnet) => subnet.ipv4CidrBlock);

/**
 * Network ACLs: a second fence that still stands when a security group is opened by mistake. They know no connections, so each
 * way needs its answers' ephemeral ports. DNS, the clock and instance metadata do not pass them.
 */
export class NetworkAcls extends Construct {
  constructor(scope: Construct, id: string, { vpc, sshCidrs }: NetworkAclsProps) {
    super(scope, id);
    const publicCidrs = cidrs(vpc.publicSubnets);
    const privateCidrs = cidrs(vpc.privateSubnets);
    const isolatedCidrs = cidrs(vpc.isolatedSubnets);

    this.#fence('Public', vpc, vpc.publicSubnets, {
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
    this.#fence('Private', vpc, vpc.privateSubnets, {
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
    this.#fence('Isolated', vpc, vpc.isolatedSubnets, {
      in: [{ peers: privateCidrs, ports: EPHEMERAL }],
      out: [{ peers: privateCidrs, ports: port(22) }],
    });
  }

  #fence(name: string, vpc: IVpc, subnets: ISubnet[], lists: Lists): void {
    const acl = new NetworkAcl(this, name, { vpc, subnetSelection: { subnets } });
    this.#write(acl, 'In', TrafficDirection.INGRESS, lists.in);
    this.#write(acl, 'Out', TrafficDirection.EGRESS, lists.out);
  }

  #write(acl: NetworkAcl, prefix: string, direction: TrafficDirection, lines: readonly Line[]): void {
    const entries = lines.flatMap(({ peers, ports }) => peers.map((peer) => ({ peer, ports })));
    entries.forEach(({ peer, ports: [from, to] }, index) => {
      acl.addEntry(`${prefix}${index}`, {
        ruleNumber: 100 + index * 10,
        cidr: AclCidr.ipv4(peer),
        traffic: AclTraffic.tcpPortRange(from, to),
        direction,
      });
    });
  }
}
