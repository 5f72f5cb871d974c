import { ENVIRONMENTS } from '../../cli/environments.ts';
import { readAppSettings } from '../../stacks/settings.ts';
import { everythingOn } from './everything-on.ts';
import { unknownToProvider } from './provider-bindings.ts';
import { resources, stackJson } from './synthesised-stack.ts';

const environments = {
  dev: {},
  prod: readAppSettings(ENVIRONMENTS.prod).settings.props,
  docling: readAppSettings(ENVIRONMENTS.docling).settings.props,
  'everything-on': everythingOn,
};

test.each(Object.entries(environments))('in %s the provider knows every attribute, block and value', (_, props) => {
  const json = stackJson(props);
  const data = Object.entries(json.data).flatMap(([type, ofType]) =>
    Object.values(ofType).map((block) => ({ type: `data.${type}`, block })),
  );
  const all = [...resources(json), ...data];
  expect(all.length).toBeGreaterThan(20);
  expect(all.flatMap(({ type, block }) => unknownToProvider(type, block))).toEqual([]);
});

test('what the provider does not know is noticed', () => {
  const [policy] = Object.values(stackJson().resource.google_monitoring_alert_policy ?? {});
  const { combiner: _combiner, ...rest } = policy ?? {};
  const wrong = { ...rest, severity: 'BAD', alert_strategy: { auto_closed: '1800s' } };
  expect(unknownToProvider('google_monitoring_alert_policy', wrong)).toEqual([
    'google_monitoring_alert_policy lacks combiner',
    'google_monitoring_alert_policy.alert_strategy.auto_closed is unknown',
    'google_monitoring_alert_policy.severity is BAD, not one of CRITICAL, ERROR, WARNING',
  ]);
});
