import { type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { PORT } from '../../server/contract.ts';

export interface FirewallProps {
  readonly vpc: IVpc;
  /** Who may reach the load balancer. */
  readonly sourceCidrs: readonly string[];
  /** Whether the load balancer fetches the keys of a token issuer. */
  readonly fetchesKeys: boolean;
  /** Who may reach the bastion. */
  readonly sshCidrs: readonly string[];
}

const HTTP = Port.tcp(80);
const HTTPS = Port.tcp(443);
const SSH = Port.tcp(22);

/**
 * All security group rules. No other port is open:
 *
 *     clients' networks ─80,443─▶ load balancer ─8080─▶ app ─443─▶ AWS
 *     operators' networks ─22─▶ bastion ─22─▶ app ◀─22─ Instance Connect Endpoint
 */
export class Firewall extends Construct {
  readonly loadBalancer: SecurityGroup;
  readonly app: SecurityGroup;
  readonly bastion: SecurityGroup;
  readonly instanceConnect: SecurityGroup;

  constructor(scope: Construct, id: string, { vpc, sourceCidrs, fetchesKeys, sshCidrs }: FirewallProps) {
    super(scope, id);
    const group = (name: string, description: string): SecurityGroup =>
      new SecurityGroup(this, name, { vpc, description, allowAllOutbound: false });
    this.loadBalancer = group('LoadBalancer', 'Stampede: the load balancer');
    this.app = group('App', 'Stampede: the instances that answer');
    this.bastion = group('Bastion', 'Stampede: the bastion');
    this.instanceConnect = group('InstanceConnect', 'Stampede: EC2 Instance Connect Endpoint');

    for (const cidr of sourceCidrs) {
      this.loadBalancer.addIngressRule(Peer.ipv4(cidr), HTTP, 'Clients; redirected to HTTPS if there is a certificate');
      this.loadBalancer.addIngressRule(Peer.ipv4(cidr), HTTPS, 'Clients');
    }
    if (fetchesKeys) this.loadBalancer.addEgressRule(Peer.anyIpv4(), HTTPS, 'Keys of the token issuer');
    allow(this.loadBalancer, this.app, Port.tcp(PORT), 'Load balancer to app');

    this.app.addEgressRule(Peer.anyIpv4(), HTTPS, 'DynamoDB, CloudWatch, Systems Manager');

    for (const cidr of sshCidrs) this.bastion.addIngressRule(Peer.ipv4(cidr), SSH, 'Operators');
    this.bastion.addEgressRule(Peer.anyIpv4(), HTTPS, 'Systems Manager');
    allow(this.bastion, this.app, SSH, 'Bastion to app');
    allow(this.instanceConnect, this.app, SSH, 'Instance Connect Endpoint to app');
  }
}

/** Allows connections, by a rule at each end. */
function allow(from: SecurityGroup, to: SecurityGroup, port: Port, description: string): void {
  from.addEgressRule(to, port, description);
  to.addIngressRule(from, port, description);
}
