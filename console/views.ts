/** What each view of the console is made of. Times are milliseconds since the epoch. */
export const STATUSES = ['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'] as const;
export type Status = (typeof STATUSES)[number];

export type View =
  | DocumentsView
  | DocumentDetails
  | TasksView
  | TaskDetails
  | QueuesView
  | InstancesView
  | FaultsView
  | StackView;

/** Something that many are, a page of them. */
export interface RowsPage<Row> {
  readonly rows: readonly Row[];
  /** That match. */
  readonly total: number;
  readonly page: number;
  readonly pageSize: number;
}

export interface DocumentRow {
  readonly id: string;
  readonly filename: string;
  readonly status: Status;
  readonly attempts: number;
  readonly epoch: number;
  readonly changedAt: number;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly pages?: number | undefined;
  readonly partial?: boolean | undefined;
}

export interface DocumentsView extends RowsPage<DocumentRow> {
  readonly kind: 'documents';
  /** Of all, whatever matches. */
  readonly counts: Readonly<Record<Status, number>>;
  /** Of those that match. */
  readonly failed: number;
  /** When the one was handed in that waits longest. */
  readonly oldestWaiting?: { readonly id: string; readonly since: number } | undefined;
  readonly done: Series;
  readonly job?: Job | undefined;
  /** When this was read, where it is not told of changes. */
  readonly readAt?: number | undefined;
}

/** Numbers of equal spans of time, the oldest first. */
export interface Series {
  /** When the first begins. */
  readonly from: number;
  readonly spanMs: number;
  readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** What is done to many, one after the other. */
export interface Job {
  readonly what: string;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly isOver: boolean;
  /** Of the newest failure. */
  readonly problem?: string | undefined;
}

export interface DocumentDetails extends DocumentRow {
  readonly kind: 'document';
  readonly sourceUri: string;
  readonly options: string;
  /** The newest first. */
  readonly epochs: readonly EpochDetails[];
  readonly deadlines: ShownDeadlines;
  readonly result?: ResultDetails | undefined;
  /** Whether its bytes are to be had. */
  readonly hasContent: boolean;
  readonly log: readonly LogLine[];
}

export type ShownDeadlines = {
  readonly conversion: number;
  readonly budget: number;
  readonly timeout: number;
  /** All in seconds from the attempt's beginning. */
  readonly dispatch: number;
};

export interface ResultDetails {
  readonly markdownUri: string;
  readonly pages?: number | undefined;
  readonly characters: number;
  readonly partial: boolean;
  readonly hasFields: boolean;
  readonly model?: { readonly name: string; readonly input: number; readonly output: number; readonly usd: number };
}

export interface EpochDetails {
  readonly epoch: number;
  /** Short name of the task that brings it on. */
  readonly taskId: string;
  readonly since: number;
  /** When it was closed. */
  readonly until?: number | undefined;
  readonly outcome?: string | undefined;
  /** Whether a conversion is stored, from which fields are still to be extracted. */
  readonly isConverted: boolean;
  /** What was said of its attempts, in their order. */
  readonly ends: readonly EndDetails[];
  /** What Cloud Tasks did, as far as it is known here. */
  readonly attempts: readonly AttemptDetails[];
  /** Of the task that brings it on. */
  readonly task?: WaitingTask | undefined;
}

interface EndDetails {
  readonly kind: string;
  readonly at: number;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

/** A task that waits, or whose attempt is on its way. */
interface WaitingTask {
  readonly name: string;
  readonly dueAt: number;
  readonly isRunning: boolean;
}

/** A delivery of a task. */
export interface AttemptDetails {
  readonly number: number;
  readonly from: number;
  /** Undefined while it is on its way. */
  readonly until?: number | undefined;
  /** `200`, `no answer in time`… */
  readonly answer?: string | undefined;
  readonly isSuccess: boolean;
  readonly outcome?: string | undefined;
  readonly nextAt?: number | undefined;
  readonly request?: { readonly line: string; readonly headers: string; readonly body: string } | undefined;
  readonly response?: { readonly headers: string; readonly body: string } | undefined;
}

export interface TaskRow {
  readonly name: string;
  readonly queue: string;
  readonly status: string;
  readonly url: string;
  readonly attempts: number;
  readonly dueAt?: number | undefined;
  readonly changedAt: number;
  readonly answer?: string | undefined;
}

export interface TasksView extends RowsPage<TaskRow> {
  readonly kind: 'tasks';
  readonly counts: Readonly<Record<string, number>>;
  readonly done: Series;
}

export interface TaskDetails extends TaskRow {
  readonly kind: 'task';
  readonly log: readonly AttemptDetails[];
  readonly deadlineSeconds: number;
  readonly request?: AttemptDetails['request'];
}

export interface QueueDetails {
  readonly name: string;
  readonly state: string;
  /** Why its next task does not leave, or what it does. */
  readonly why: Why;
  readonly size: number;
  readonly running: number;
  readonly maxConcurrent: number;
  readonly perSecond: number;
  readonly retries: string;
  readonly series?: Series | undefined;
}

/** A sentence with a time in it, which the page counts down to. */
export interface Why {
  readonly text: string;
  readonly until?: number | undefined;
}

export interface QueuesView extends RowsPage<TaskRow> {
  readonly kind: 'queues';
  readonly queues: readonly QueueDetails[];
  /** The one whose tasks are shown. */
  readonly queue: string;
}

export interface InstanceRow {
  readonly pid: number;
  readonly port: number;
  readonly active: number;
  readonly memoryMb?: number | undefined;
}

export interface InstancesView {
  readonly kind: 'instances';
  readonly instances: readonly InstanceRow[];
  readonly starting: number;
  readonly waiting: number;
  readonly concurrency: number;
  readonly maxInstances: number;
  /** The newest first. */
  readonly log: readonly LogLine[];
  /** Processes that the log has lines of, those that have ended too. */
  readonly logPids: readonly number[];
}

export interface LogLine {
  /** Numbers the lines. */
  readonly id: number;
  readonly at: number;
  readonly severity: string;
  readonly message: string;
  /** Process of the instance that wrote it, or that it is about. */
  readonly pid?: number | undefined;
  readonly documentId?: string | undefined;
  readonly trace?: string | undefined;
  /** What else it says, as JSON. */
  readonly rest: string;
}

export interface FaultsView {
  readonly kind: 'faults';
  /** Asked for and not yet happened. */
  readonly planned: readonly string[];
  /** What came of it, the newest first. */
  readonly happened: readonly {
    readonly id: number;
    readonly at: number;
    readonly text: string;
    readonly documentId?: string | undefined;
  }[];
  readonly pids: readonly number[];
}

export interface StackView {
  readonly kind: 'stack';
  readonly parts: readonly StackPart[];
  readonly grants: readonly StackGrant[];
  readonly deadlines: ShownDeadlines;
}

export interface StackPart {
  readonly id: string;
  readonly kind: 'identity' | 'queue' | 'service' | 'bucket' | 'notification' | 'topic' | 'subscription';
  readonly name: string;
  readonly facts: readonly string[];
  /** What of it holds on this machine. */
  readonly enforced: string;
}

export interface StackGrant {
  readonly member: string;
  readonly role: string;
  /** Of a {@link StackPart}, or what it is on where that is none. */
  readonly on: string;
}
