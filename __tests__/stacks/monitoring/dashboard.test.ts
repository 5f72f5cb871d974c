import { everythingOn } from '../everything-on.ts';
import { type Block, only, stackJson } from '../synthesised-stack.ts';

function dashboardOf(props: Parameters<typeof stackJson>[0] = {}) {
  const json = stackJson({ projectId: 'my-project', ...props });
  return { json, dashboard: JSON.parse(only(json, 'google_monitoring_dashboard').dashboard_json) as Block };
}

const widgetsOf = (dashboard: Block): Block[] => dashboard.mosaicLayout.tiles.map(({ widget }: Block) => widget);

function queriesOf(dashboard: Block): string[] {
  return widgetsOf(dashboard)
    .flatMap(({ xyChart }) => xyChart?.dataSets ?? [])
    .map(({ timeSeriesQuery }: Block) => timeSeriesQuery.prometheusQuery);
}

test('answers four questions, in their order', () => {
  const headings = widgetsOf(dashboardOf().dashboard).filter((widget) => 'sectionHeader' in widget);
  expect(headings.map(({ title }) => title)).toEqual([
    'Is it healthy?',
    'How far behind is it?',
    'What fails?',
    'What does it cost?',
  ]);
});

test('shows the incidents of every alert', () => {
  const { json, dashboard } = dashboardOf();
  const shown = widgetsOf(dashboard).flatMap(({ incidentList }) => incidentList?.policyNames ?? []);
  const ids = Object.keys(json.resource.google_monitoring_alert_policy ?? {});
  expect(shown.sort()).toEqual(ids.map((id) => `\${google_monitoring_alert_policy.${id}.name}`).sort());
});

test('the widgets fill the grid without a gap or an overlap', () => {
  const { columns, tiles } = dashboardOf(everythingOn).dashboard.mosaicLayout;
  const cells = new Set<string>();
  let area = 0;
  for (const { xPos = 0, yPos = 0, width, height } of tiles) {
    area += width * height;
    for (let x = xPos; x < xPos + width; x++) for (let y = yPos; y < yPos + height; y++) cells.add(`${x},${y}`);
    expect(xPos + width).toBeLessThanOrEqual(columns);
  }
  const bottom = Math.max(...tiles.map(({ yPos = 0, height }: Block) => yPos + height));
  expect([cells.size, area]).toEqual([columns * bottom, columns * bottom]);
});

test('has no position of 0, which Cloud Monitoring would leave out', () => {
  for (const { xPos, yPos } of dashboardOf().dashboard.mosaicLayout.tiles) expect([xPos, yPos]).not.toContain(0);
});

test('leaves the interval to Cloud Monitoring, and nothing of it to Terraform', () => {
  const queries = queriesOf(dashboardOf().dashboard);
  expect(queries.length).toBeGreaterThan(10);
  for (const query of queries) {
    expect(query.replaceAll('[$${__interval}]', '')).not.toContain('$');
    expect(query.split('(').length).toBe(query.split(')').length);
  }
});

test('every query looks at this stack alone', () => {
  for (const query of queriesOf(dashboardOf({ environment: 'prod' }).dashboard)) {
    for (const selector of query.replaceAll('{__interval}', '').match(/\{[^}]*\}/g) ?? []) {
      expect(selector).toContain('project_id="my-project"');
      expect(selector).toContain('document-processing-prod');
    }
  }
});

test('estimates an hour by the size of an instance', () => {
  const cost = (props: Parameters<typeof stackJson>[0]) =>
    queriesOf(dashboardOf(props).dashboard).find((query) => /billable_instance_time.* \* /.test(query));
  // 3600 s x (1 vCPU x 2.4e-5 + 2 GiB x 2.5e-6) = 0.1044 USD; 3600 x (4 x 2.4e-5 + 8 x 2.5e-6) = 0.4176 USD.
  expect(cost({})).toMatch(/ \* 0\.1044$/);
  expect(cost({ cpu: '4', memory: '8Gi' })).toMatch(/ \* 0\.4176$/);
  // With docling-serve's 4 vCPU and 8 GiB beside the defaults, both together: 0.1044 + 0.4176.
  expect(cost({ docling: {} })).toMatch(/ \* 0\.522$/);
});

test('lists the log lines that the failed documents are counted by', () => {
  const { json, dashboard } = dashboardOf();
  const [logs] = widgetsOf(dashboard).flatMap(({ logsPanel }) => logsPanel ?? []);
  const filters = Object.values(json.resource.google_logging_metric ?? {}).map(({ filter }) => filter);
  expect(filters).toContain(logs.filter);
  expect(logs.resourceNames).toEqual(['projects/my-project']);
});
