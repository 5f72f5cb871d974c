import { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy/index.js';
import { Construct } from 'constructs';
import { addChecks } from '../checks.ts';
import { type AlertScope, alertRules } from './alert-rules.ts';

export interface AlertsProps extends AlertScope {
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
    this.policies = alertRules(props).map(({ id: ruleId, title, query, forSeconds, severity, advice }) => {
      const policy = new MonitoringAlertPolicy(this, ruleId, {
        displayName: `${props.service}: ${title}`,
        project: props.projectId,
        combiner: 'OR',
        severity,
        userLabels: props.labels,
        notificationChannels: [...channels],
        conditions: [
          {
            displayName: title,
            conditionPrometheusQueryLanguage: {
              query,
              duration: `${forSeconds}s`,
              evaluationInterval: '60s',
              // Most metrics appear with the first task, the log-based ones minutes after they were declared.
              disableMetricValidation: true,
            },
          },
        ],
        documentation: { content: advice, mimeType: 'text/markdown' },
        // The shortest that Cloud Monitoring takes: an incident ends when its cause does, or when there is no data.
        alertStrategy: { autoClose: '1800s' },
      });
      return policy.name;
    });
  }
}
