import { ATTEMPT_ENDED, ATTEMPT_STARTED } from '../../handler/log-messages.ts';

/** Whose log lines they are. */
interface LogSource {
  readonly location: string;
  /** Name of the Cloud Run service. */
  readonly service: string;
}

/** What metrics, alerts and dashboard look for in the logs, in Cloud Logging's query language. */
export function logFilters({ service, location }: LogSource) {
  const of = (...terms: string[]) =>
    [
      'resource.type="cloud_run_revision"',
      `resource.labels.service_name="${service}"`,
      `resource.labels.location="${location}"`,
      ...terms,
    ].join(' AND ');
  const line = (message: string) => `jsonPayload.message="${message}"`;
  return {
    attemptStarted: of(line(ATTEMPT_STARTED)),
    /** The document is FAILED. */
    failedDocument: of(line(ATTEMPT_ENDED), 'jsonPayload.status="FAILED"'),
    /** Cloud Run ended a request at its timeout. */
    timeout: of('log_id("run.googleapis.com/requests")', 'httpRequest.status=504'),
    /** Somebody set a policy of the service that lets in everybody (Cloud Run's audit log, "Services.SetIamPolicy"). */
    publicMember: of(
      'log_id("cloudaudit.googleapis.com/activity")',
      'protoPayload.methodName:"Services.SetIamPolicy"',
      'protoPayload.request.policy.bindings.members=("allUsers" OR "allAuthenticatedUsers")',
    ),
  };
}

export type LogFilters = ReturnType<typeof logFilters>;
