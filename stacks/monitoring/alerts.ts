import { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy/index.js';
import { Construct } from 'constructs';
import { addChecks } from '../validation.ts';
import { type AlertRule, type AlertScope, alertRules } from './alert-rules.ts';

interface AlertsProps extends AlertScope {
  readonly projectId: string;
  /** Begins the title of every alert. */
  readonly service: string;
  readonly labels: Record<string, string>;
  /** Who is told: `projects/P/notificationChannels/ID`. @default nobody, incidents are only shown */
  readonly channels?: readonly string[] | undefined;
}

/** One alert policy for each rule. */
export class Alerts extends Construct {
  /** Full names of the policies. */
  readonly policies: readonly string[];

  constructor(scope: Construct, id: string, props: AlertsProps) {
    super(scope, id);
    const channels = props.channels ?? [];
    addChecks(
      this,
      channels.map((channel) => ({
        values: [channel],
        condition: /^projects\/[^/]+\/notificationChannels\/[^/]+$/.test(channel),
        message:
          "A notification channel is named 'projects/P/notificationChannels/ID'; " +
          `received '${channel}': 'gcloud beta monitoring channels list' shows the names.`,
      })),
    );
    this.policies = alertRules(props).map(({ id: ruleId, title, condition, severity, advice }) => {
      const policy = new MonitoringAlertPolicy(this, ruleId, {
        displayName: `${props.service}: ${title}`,
        project: props.projectId,
        combiner: 'OR',
        severity,
        userLabels: props.labels,
        notificationChannels: [...channels],
        conditions: [{ displayName: title, ...conditionOf(condition) }],
        documentation: { content: advice, mimeType: 'text/markdown' },
        alertStrategy: {
          // The shortest that Cloud Monitoring takes: an incident ends when its cause does, or when there is no data.
          autoClose: '1800s',
          // Of many lines one is told every five minutes, the shortest as well; asked for with lines, and only there.
          ...('logFilter' in condition && { notificationRateLimit: { period: '300s' } }),
        },
      });
      return policy.name;
    });
  }
}

function conditionOf(condition: AlertRule['condition']) {
  if ('logFilter' in condition) return { conditionMatchedLog: { filter: condition.logFilter } };
  return {
    conditionPrometheusQueryLanguage: {
      query: condition.query,
      duration: `${condition.forSeconds}s`,
      evaluationInterval: '60s',
      // Most metrics appear with the first task, the log-based ones minutes after they were declared.
      disableMetricValidation: true,
    },
  };
}
