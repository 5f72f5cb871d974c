import { LoggingMetric } from '@cdktf/provider-google/lib/logging-metric/index.js';
import { Construct } from 'constructs';
import type { LogFilters } from './log-filters.ts';

interface LogMetricsProps {
  readonly projectId: string;
  readonly filters: LogFilters;
  /** Name of the counter of FAILED documents. */
  readonly failedDocuments: string;
  /** Name of the distribution of documents' ages at the start of an attempt. */
  readonly ageAtStart: string;
}

/** What only the handler's own log lines tell, as metrics: documents that failed and why, and how old documents are when their turn comes. */
export class LogMetrics extends Construct {
  constructor(scope: Construct, id: string, props: LogMetricsProps) {
    super(scope, id);
    new LoggingMetric(this, 'failed-documents', {
      name: props.failedDocuments,
      project: props.projectId,
      description: 'Documents that ended as FAILED, by reason.',
      filter: props.filters.failedDocument,
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
      filter: props.filters.attemptStarted,
      metricDescriptor: { metricKind: 'DELTA', valueType: 'DISTRIBUTION', unit: 's' },
      valueExtractor: 'EXTRACT(jsonPayload.ageSeconds)',
      // From 1 s to 31 days, Cloud Tasks' time to live of a task, each bucket at most 40 % wide.
      bucketOptions: { exponentialBuckets: { scale: 1, growthFactor: 1.4, numFiniteBuckets: 44 } },
    });
  }
}
