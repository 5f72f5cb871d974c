import { only, stackJson, stackProblems } from '../synthesised-stack.ts';

function service(props: Parameters<typeof stackJson>[0]) {
  return only(stackJson(props), 'google_cloud_run_v2_service');
}

test.each(['INGRESS_TRAFFIC_INTERNAL_ONLY', 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER', 'INGRESS_TRAFFIC_ALL'])(
  'lets in %s',
  (ingress) => {
    expect(service({ ingress }).ingress).toBe(ingress);
  },
);

test('refuses another ingress', () => {
  expect(stackProblems({ ingress: 'internal' })).toEqual([
    'Ingress is INGRESS_TRAFFIC_INTERNAL_ONLY, INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER, INGRESS_TRAFFIC_ALL; ' +
      "received 'internal': choose one of these.",
  ]);
});

test('uses no network by default', () => {
  expect(service({}).template.vpc_access).toBeUndefined();
});

test('sends private ranges alone through a network', () => {
  expect(service({ vpcNetwork: 'my-network' }).template.vpc_access).toEqual({
    egress: 'PRIVATE_RANGES_ONLY',
    network_interfaces: [{ network: 'my-network' }],
  });
});

test('sends everything through a subnetwork when told to', () => {
  expect(service({ vpcSubnetwork: 'my-subnetwork', vpcEgress: 'ALL_TRAFFIC' }).template.vpc_access).toEqual({
    egress: 'ALL_TRAFFIC',
    network_interfaces: [{ subnetwork: 'my-subnetwork' }],
  });
});

test('refuses another egress', () => {
  expect(stackProblems({ vpcNetwork: 'my-network', vpcEgress: 'all' })).toEqual([
    "VPC egress is PRIVATE_RANGES_ONLY or ALL_TRAFFIC; received 'all': choose one of these.",
  ]);
});

test('refuses an egress without a network', () => {
  expect(stackProblems({ vpcEgress: 'ALL_TRAFFIC' })).toEqual([
    "VPC egress needs a network; received only 'ALL_TRAFFIC': set vpcNetwork or vpcSubnetwork too.",
  ]);
});
