/** What Cloud Storage refuses, with the code, reason and message of its JSON API. */
export class StorageApiError extends Error {
  override readonly name = 'StorageApiError';
  /** HTTP status; 304 where a reader already has the object. */
  readonly code: number;
  /** Google's word for the cause: `notFound`, `conditionNotMet`… */
  readonly reason: string;
  /** Where the cause is, for some reasons: a header's or a parameter's name. */
  readonly location: string | undefined;

  constructor(code: number, reason: string, message: string, location?: string) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.location = location;
  }

  /** The body of the answer. */
  toJSON(): object {
    const locationType = this.location && (/^[A-Z]/.test(this.location) ? 'header' : 'parameter');
    const { message, reason, location, code } = this;
    const domain = code === 429 ? 'usageLimits' : 'global';
    return { error: { code, message, errors: [{ message, domain, reason, locationType, location }] } };
  }
}

export function bucketNotFound(): StorageApiError {
  return new StorageApiError(404, 'notFound', 'The specified bucket does not exist.');
}

export function objectNotFound(bucket: string, name: string): StorageApiError {
  return new StorageApiError(404, 'notFound', `No such object: ${bucket}/${name}`);
}

export function preconditionFailed(): StorageApiError {
  const message = 'At least one of the pre-conditions you specified did not hold.';
  return new StorageApiError(412, 'conditionNotMet', message, 'If-Match');
}

export function rateLimitExceeded(bucket: string, name: string): StorageApiError {
  const message =
    `The object ${bucket}/${name} exceeded the rate limit for object mutation operations (create, update, and delete). ` +
    'Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429.';
  return new StorageApiError(429, 'rateLimitExceeded', message);
}

export function notModified(): StorageApiError {
  return new StorageApiError(304, 'notModified', 'Not Modified');
}

/** A parameter with a value that Cloud Storage does not take. */
export function invalidParameter(name: string, value: string, rule: string): StorageApiError {
  return new StorageApiError(400, 'invalid', `Invalid value '${value}' for ${name}: ${rule}.`, name);
}
