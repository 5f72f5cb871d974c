import type { Deadlines } from '../../deadlines.ts';
import type { LogFilters } from './log-filters.ts';
import type { MetricQueries, UploadSubscriptions } from './metric-queries.ts';

/** What the thresholds follow from. */
export interface AlertScope {
  readonly queries: MetricQueries;
  readonly filters: LogFilters;
  readonly deadlines: Deadlines;
  /** Documents that can be worked on at once. */
  readonly capacity: number;
  /** @default none: uploads do not hand themselves in */
  readonly uploads?: UploadSubscriptions | undefined;
}

/** Something is so for a while. */
export interface MetricCondition {
  /** PromQL; true for as long as it finds something. */
  readonly query: string;
  /** Seconds that it must be true. */
  readonly forSeconds: number;
}

/**
 * Something happened once. Not as a query: a metric's first event is the first point of a new series, which is no increase in
 * PromQL, so that a single event would tell nobody.
 */
interface LogCondition {
  /** Finds the lines that each tell of it. */
  readonly logFilter: string;
}

/** When somebody has to look. */
export interface AlertRule {
  /** Unique among the rules. */
  readonly id: string;
  readonly title: string;
  readonly condition: MetricCondition | LogCondition;
  readonly severity: 'CRITICAL' | 'ERROR' | 'WARNING';
  /** What it means and what to do. */
  readonly advice: string;
}

/** The thresholds follow from the deadline chain and the capacity, so that they stay right when these change. */
export function alertRules({ queries, filters, deadlines, capacity, uploads }: AlertScope): AlertRule[] {
  const { dispatchDeadlineSeconds, budgetSeconds, requestTimeoutSeconds } = deadlines;
  const depth = 10 * capacity;
  const latency = (8 * budgetSeconds) / 10;
  const age = 3 * dispatchDeadlineSeconds;
  return [
    ...(uploads ? uploadRules(queries, uploads) : []),
    {
      id: 'queue-depth',
      title: `more than ${depth} documents wait`,
      condition: { query: `${queries.waitingDocuments} > ${depth}`, forSeconds: 900 },
      severity: 'WARNING',
      advice:
        `Ten times as many documents wait as can be worked on at once (${capacity}). If attempts succeed, raise ` +
        'maxInstances; if they fail, the dashboard says which way.',
    },
    {
      id: 'failed-attempts',
      title: 'more than 10 % of the attempts fail',
      // Of a handful of attempts one is too large a share.
      condition: {
        query: `${queries.failedAttempts('15m')} / ${queries.attempts('15m')} > 0.1 and ${queries.attempts('15m')} >= 20`,
        forSeconds: 300,
      },
      severity: 'ERROR',
      advice:
        'Cloud Tasks tries them again, but only so often. Look at the lines "Attempt ended" with a status of PENDING for ' +
        'the reason; answers of 403 mean a missing grant, 429 too few instances.',
    },
    {
      id: 'attempt-delay',
      title: `attempts start more than ${dispatchDeadlineSeconds} s late`,
      condition: { query: `${queries.attemptDelay(0.95, '10m')} > ${dispatchDeadlineSeconds}`, forSeconds: 300 },
      severity: 'WARNING',
      advice:
        'One in twenty attempts comes later than scheduled by more than an attempt may take. The queue is throttled: by ' +
        'its own limits, or because the service answers 429 or 503.',
    },
    {
      id: 'request-latency',
      title: `requests take more than ${latency} s`,
      condition: { query: `${queries.latency(0.95, '10m')} > ${latency}`, forSeconds: 300 },
      severity: 'WARNING',
      advice:
        `One in twenty requests takes more than 0.8 of the ${budgetSeconds} s that an attempt may work. Give an instance ` +
        'more cpu or less concurrency, or raise dispatchDeadlineSeconds.',
    },
    {
      id: 'timeouts',
      title: 'a request was answered 504',
      condition: { logFilter: filters.timeout },
      severity: 'ERROR',
      advice:
        `Cloud Run ended a request after ${requestTimeoutSeconds} s, although an attempt gives up by itself after ` +
        `${budgetSeconds} s: the instance started too slowly, or something in it does not heed its signal.`,
    },
    {
      id: 'memory',
      title: 'an instance uses more than 90 % of its memory',
      condition: { query: `${queries.memory(0.99, '5m')} > 0.9`, forSeconds: 300 },
      severity: 'ERROR',
      advice: 'An instance without memory is ended with every document it works on. Raise memory or lower concurrency.',
    },
    {
      id: 'failed-documents',
      title: 'a document failed',
      condition: { logFilter: filters.failedDocument },
      severity: 'ERROR',
      advice:
        'A document ended as FAILED and is not tried again. `GET /documents/{id}`, its record in the results bucket and ' +
        'the line "Attempt ended" give the reason.',
    },
    {
      id: 'age-at-start',
      title: `documents are older than ${age} s when their turn comes`,
      condition: { query: `${queries.ageAtStart(0.95, '15m')} > ${age}`, forSeconds: 300 },
      severity: 'WARNING',
      advice:
        `One in twenty attempts starts more than ${age} s after its document was accepted, three times as long as an ` +
        'attempt may take: documents wait too long, or need too many attempts.',
    },
    {
      id: 'public-member',
      title: 'the service was opened to everybody',
      condition: { logFilter: filters.publicMember },
      severity: 'CRITICAL',
      advice:
        'Somebody let `allUsers` or `allAuthenticatedUsers` call the service by hand. Cloud Run then checks no token, and the ' +
        'handler, which relies on that check, can be deceived. Deploy again, which takes the member out, and look who it was: ' +
        'the audit log names them.',
    },
  ];
}

/** Seconds until a message of an upload that nobody takes is worth a look: by then it was tried six times. */
const OLD_UPLOAD_SECONDS = 600;

function uploadRules(queries: MetricQueries, { subscription, deadLetters }: UploadSubscriptions): AlertRule[] {
  return [
    {
      id: 'upload-dead-letters',
      title: 'an upload was set aside',
      condition: { query: `${queries.undelivered(deadLetters)} > 0`, forSeconds: 0 },
      severity: 'ERROR',
      advice:
        `The service has refused a message of an upload time and again, and it is kept in \`${deadLetters}\` for 7 days. ` +
        `\`gcloud pubsub subscriptions pull ${deadLetters}\` shows which object it is of: hand it in by POST /documents ` +
        'when the cause is gone, and acknowledge the message.',
    },
    {
      id: 'upload-age',
      title: `an upload is not handed in after ${OLD_UPLOAD_SECONDS} s`,
      condition: { query: `${queries.oldestUndelivered(subscription)} > ${OLD_UPLOAD_SECONDS}`, forSeconds: 300 },
      severity: 'WARNING',
      advice:
        'The service does not take what Pub/Sub tells it of uploads: its log of POST /events/upload says why. Answers of 403 ' +
        'mean a missing grant, 429 too few instances.',
    },
  ];
}
