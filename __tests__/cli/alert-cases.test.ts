import { promtoolTests, ruleGroups } from '../../cli/alert-cases.ts';
import type { AlertRule } from '../../stacks/monitoring/alert-rules.ts';

const memory: AlertRule = {
  id: 'memory',
  title: '',
  condition: { query: 'x > 1', forSeconds: 300 },
  severity: 'ERROR',
  advice: '',
};
const timeouts: AlertRule = { ...memory, id: 'timeouts', condition: { logFilter: 'severity=ERROR' } };

test('alerts on metrics become rules of Prometheus; those on lines of the log are none', () => {
  const rules = [{ alert: 'memory', expr: 'x > 1', for: '300s' }];
  expect(ruleGroups([memory, timeouts])).toEqual({ groups: [{ name: 'alerts', rules }] });
});

test('each is tested on its own series, before and after it fires, and on a whole healthy day', () => {
  const [firing, healthy, ...more] = promtoolTests([memory, timeouts], 'rules.json').tests;
  expect(firing?.alert_rule_test).toEqual([
    { alertname: 'memory', eval_time: '5m', exp_alerts: [] },
    { alertname: 'memory', eval_time: '20m', exp_alerts: [{}] },
  ]);
  expect(healthy?.alert_rule_test).toHaveLength(288);
  expect(healthy?.alert_rule_test).toContainEqual({ alertname: 'memory', eval_time: '1435m', exp_alerts: [] });
  expect(more).toEqual([]);
});

test('a new alert on a metric needs a case', () => {
  expect(() => promtoolTests([{ ...memory, id: 'new' }], 'rules.json')).toThrow(
    'The alert new has no case in cli/alert-cases.ts: write the series that it is for.',
  );
});
