import { LoggingMetric } from '@cdktf/provider-google/lib/logging-metric/index.js';
import { Construct } from 'constructs';
import { ATTEMPT_ENDED, ATTEMPT_STARTED } from '../../handler/log-messages.ts';

export interface LogMetricsProps {
  readonly projectId: string;
  readonly location: string;
  /** Name of the Cloud Run service whose lines are counted. */
  readonly service: string;
  /** Name of the counter of FAILED documents. */
  readonly failedDocuments: string;
  /** Name of the distribution of documents' ages at the start of an attempt. */
  readonly ageAtStart: string;
}

/** What only the handler's own log lines tell, as metrics: documents that failed and why, and how old documents are when their turn comes. */
export class LogMetrics extends Construct {
  /** Finds the lines of documents that failed, in the logs. */
  readonly failedDocumentsFilter: string;

  constructor(scope: Construct, id: string, props: LogMetricsProps) {
    super(scope, id);
    const lines = (message: string) =>
      [
        'resource.type="cloud_run_revision"',
        `resource.labels.service_name="${props.service}"`,
        `resource.labels.location="${props.location}"`,
        `jsonPayload.message="${message}"`,
      ].join(' AND ');
    this.failedDocumentsFilter = `${lines(ATTEMPT_ENDED)} AND jsonPayload.status="FAILED"`;

    new LoggingMetric(this, 'failed-documents', {
      name: props.failedDocuments,
      project: props.projectId,
      description: 'Documents that ended as FAILED, by reason.',
      filter: this.failedDocumentsFilter,
      metricDescriptor: {
        metricKind: 'DELTA',
        valueType: 'INT64',
        labels: [{ key: 'reason', valueType: 'STRING', description: 'Why, in a word.' }],
      },
      labelExtractors: { reason: 'EXTRACT(jsonPayload.error.reason)' },
    });

    new LoggingMetric(this, 'age-at-start', {
      name: props.ageAtStart,
      project: props.projectId,
      description: 'Seconds from the acceptance of a document to the start of an attempt at it.',
      filter: lines(ATTEMPT_STARTED),
      metricDescriptor: { metricKind: 'DELTA', valueType: 'DISTRIBUTION', unit: 's' },
      valueExtractor: 'EXTRACT(jsonPayload.ageSeconds)',
      // From 1 s to 31 days, Cloud Tasks' time to live of a task, each bucket at most 40 % wide.
      bucketOptions: { exponentialBuckets: { scale: 1, growthFactor: 1.4, numFiniteBuckets: 44 } },
    });
  }
}
