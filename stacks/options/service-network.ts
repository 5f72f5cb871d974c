import type { Check } from '../checks.ts';

/** Who can reach the service, and what the service reaches by way of a network of one's own. */
export interface ServiceNetwork {
  /**
   * `INGRESS_TRAFFIC_INTERNAL_ONLY` lets in Cloud Tasks and callers of the same project,
   * `INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER` a load balancer too, `INGRESS_TRAFFIC_ALL` the internet; whoever gets in still needs a token and `run.invoker`.
   * @default 'INGRESS_TRAFFIC_INTERNAL_ONLY'
   */
  readonly ingress?: string;
  /** Network for direct VPC egress. @default none, or the subnetwork's */
  readonly vpcNetwork?: string;
  /** Subnetwork for direct VPC egress, of the same region. @default none, or the one with the network's name */
  readonly vpcSubnetwork?: string;
  /**
   * `PRIVATE_RANGES_ONLY` or `ALL_TRAFFIC`; the latter reaches Google's APIs only where Private Google Access is on.
   * @default 'PRIVATE_RANGES_ONLY' where there is a network
   */
  readonly vpcEgress?: string;
}

const INGRESS = ['INGRESS_TRAFFIC_INTERNAL_ONLY', 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER', 'INGRESS_TRAFFIC_ALL'];
const EGRESS = ['PRIVATE_RANGES_ONLY', 'ALL_TRAFFIC'];

/** The `vpc_access` block, or nothing without a network. */
export function vpcAccess({ vpcNetwork, vpcSubnetwork, vpcEgress = 'PRIVATE_RANGES_ONLY' }: ServiceNetwork) {
  if (vpcNetwork === undefined && vpcSubnetwork === undefined) return {};
  const networkInterface = {
    ...(vpcNetwork !== undefined && { network: vpcNetwork }),
    ...(vpcSubnetwork !== undefined && { subnetwork: vpcSubnetwork }),
  };
  return { vpcAccess: { egress: vpcEgress, networkInterfaces: [networkInterface] } };
}

/** Cloud Run's rules for a network. */
export function networkChecks({ ingress, vpcNetwork, vpcSubnetwork, vpcEgress }: ServiceNetwork): Check[] {
  return [
    {
      values: [ingress],
      condition: ingress === undefined || INGRESS.includes(ingress),
      message: `Ingress is ${INGRESS.join(', ')}; received '${ingress}': choose one of these.`,
    },
    {
      values: [vpcEgress],
      condition: vpcEgress === undefined || EGRESS.includes(vpcEgress),
      message: `VPC egress is ${EGRESS.join(' or ')}; received '${vpcEgress}': choose one of these.`,
    },
    {
      values: [],
      condition: vpcEgress === undefined || vpcNetwork !== undefined || vpcSubnetwork !== undefined,
      message: `VPC egress needs a network; received only '${vpcEgress}': set vpcNetwork or vpcSubnetwork too.`,
    },
  ];
}
