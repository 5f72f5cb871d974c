import { Construct } from 'constructs';
import { checkIntervalSeconds, type Deadlines } from '../../deadlines.ts';
import type { Names } from '../names.ts';
import type { ServiceSize } from '../service-size.ts';
import { Alerts } from './alerts.ts';
import { Dashboard } from './dashboard.ts';
import type { PaidContainer } from './hourly-cost.ts';
import { logFilters } from './log-filters.ts';
import { LogMetrics } from './log-metrics.ts';
import { metricQueries, type UploadSubscriptions } from './metric-queries.ts';

interface MonitoringProps {
  readonly projectId: string;
  readonly location: string;
  readonly names: Names;
  readonly deadlines: Deadlines;
  readonly size: Required<ServiceSize>;
  /** Container beside the handler's. @default none */
  readonly docling?: PaidContainer | undefined;
  /** Documents that can be worked on at once. */
  readonly capacity: number;
  /** Seconds between two attempts at most. */
  readonly maxBackoffSeconds: number;
  readonly labels: Record<string, string>;
  /** Subscriptions by which uploads hand themselves in. @default none */
  readonly uploads?: UploadSubscriptions | undefined;
  /** Who is told of an incident. @default nobody, incidents are only shown */
  readonly channels?: readonly string[] | undefined;
}

/** Log-based metrics, alerts, and a dashboard of both. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { projectId, names } = props;
    const queries = metricQueries({
      ...names,
      projectId,
      checkIntervalSeconds: checkIntervalSeconds(props.deadlines, Math.ceil(props.maxBackoffSeconds)),
    });
    const filters = logFilters({ ...props, ...names });
    new LogMetrics(this, 'log-metrics', { ...names, projectId, filters });
    const alerts = new Alerts(this, 'alerts', { ...props, service: names.service, queries, filters });
    new Dashboard(this, 'dashboard', {
      ...props,
      title: names.service,
      queries,
      policies: alerts.policies,
      failedDocumentsFilter: filters.failedDocument,
    });
  }
}
