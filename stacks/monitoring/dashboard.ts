import { MonitoringDashboard } from '@cdktf/provider-google/lib/monitoring-dashboard/index.js';
import { Construct } from 'constructs';
import type { Deadlines } from '../../deadlines.ts';
import type { ServiceSize } from '../service-size.ts';
import { chart, mosaicLayout, type Section } from './dashboard-layout.ts';
import { hourlyCost, type PaidContainer } from './hourly-cost.ts';
import type { MetricQueries } from './metric-queries.ts';

interface DashboardProps {
  readonly projectId: string;
  /** The dashboard's title. */
  readonly title: string;
  readonly queries: MetricQueries;
  readonly deadlines: Deadlines;
  readonly size: Required<ServiceSize>;
  /** Container beside the handler's. @default none */
  readonly docling?: PaidContainer | undefined;
  /** Full names of the alert policies whose incidents are shown. */
  readonly policies: readonly string[];
  /** Finds the log lines of documents that failed. */
  readonly failedDocumentsFilter: string;
  readonly labels: Record<string, string>;
}

/** One page that answers: is it healthy, how far behind is it, what fails, what does it cost? */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    new MonitoringDashboard(this, 'Default', {
      project: props.projectId,
      dashboardJson: JSON.stringify({
        displayName: props.title,
        labels: props.labels,
        mosaicLayout: mosaicLayout(sections(props)),
      }),
    });
  }
}

/** `${__interval}` is what a pixel stands for; `$$` keeps it from Terraform. */
const STEP = '$${__interval}';

function sections(props: DashboardProps): Section[] {
  const { queries, deadlines, size, docling, policies, failedDocumentsFilter, projectId } = props;
  const { dispatchDeadlineSeconds, budgetSeconds } = deadlines;
  const containers = docling ? [size, docling] : [size];
  return [
    {
      question: 'Is it healthy?',
      widgets: [
        { title: 'Open incidents', incidentList: { policyNames: policies } },
        chart('Attempts by answer', { '': queries.attemptsByCode(STEP) }, { plotType: 'STACKED_BAR' }),
        chart(
          'Seconds a request takes',
          { half: queries.latency(0.5, STEP), '95 %': queries.latency(0.95, STEP) },
          { limit: budgetSeconds },
        ),
        chart('Share of memory in use', { '99 %': queries.memory(0.99, STEP) }, { limit: 1 }),
      ],
    },
    {
      question: 'How far behind is it?',
      widgets: [
        chart('Documents that wait', { documents: queries.waitingDocuments }),
        chart(
          'Seconds that attempts start late',
          { half: queries.attemptDelay(0.5, STEP), '95 %': queries.attemptDelay(0.95, STEP) },
          { limit: dispatchDeadlineSeconds },
        ),
        chart("Seconds since a document was accepted, at an attempt's start", {
          half: queries.ageAtStart(0.5, STEP),
          '95 %': queries.ageAtStart(0.95, STEP),
        }),
        chart('Instances', { '': queries.instancesByState }, { limit: size.maxInstances, plotType: 'STACKED_AREA' }),
      ],
    },
    {
      question: 'What fails?',
      widgets: [
        chart('Failed documents by reason', { '': queries.failedDocumentsByReason(STEP) }, { plotType: 'STACKED_BAR' }),
        chart('Answers of 400 and above', { '': queries.errorsByCode(STEP) }, { plotType: 'STACKED_BAR' }),
        {
          title: 'Failed documents',
          logsPanel: { filter: failedDocumentsFilter, resourceNames: [`projects/${projectId}`] },
        },
      ],
    },
    {
      question: 'What does it cost?',
      widgets: [
        chart('US dollars an hour, by list prices', hourlyCost(queries, containers, STEP), {
          plotType: 'STACKED_AREA',
        }),
        chart('Instances that are billed', { instances: queries.billedInstances(STEP) }),
      ],
    },
  ];
}
