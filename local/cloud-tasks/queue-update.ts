import { invalidArgument } from './errors.ts';
import { checkHttpTarget, type HttpTarget } from './http-target.ts';
import type { QueueMessage } from './messages.ts';
import {
  checkQueueLimits,
  DEFAULT_RATE_LIMITS,
  DEFAULT_RETRY_CONFIG,
  type QueueConfig,
  type QueueSettings,
} from './queue-config.ts';

export const DEFAULT_SETTINGS: QueueSettings = {
  rateLimits: DEFAULT_RATE_LIMITS,
  retryConfig: DEFAULT_RETRY_CONFIG,
  loggingSamplingRatio: 0,
};

/** Settings that a message names, as masks write them. What is 0 or absent in a message gets the default. */
const FIELDS: Readonly<Record<string, (settings: QueueSettings, queue: QueueMessage) => QueueSettings>> = {
  'rate_limits.max_dispatches_per_second': (settings, { rateLimits }) =>
    withRate(settings, {
      maxDispatchesPerSecond: rateLimits?.maxDispatchesPerSecond || DEFAULT_RATE_LIMITS.maxDispatchesPerSecond,
    }),
  'rate_limits.max_concurrent_dispatches': (settings, { rateLimits }) =>
    withRate(settings, {
      maxConcurrentDispatches: rateLimits?.maxConcurrentDispatches || DEFAULT_RATE_LIMITS.maxConcurrentDispatches,
    }),
  'retry_config.max_attempts': (settings, { retryConfig }) =>
    withRetry(settings, { maxAttempts: retryConfig?.maxAttempts || DEFAULT_RETRY_CONFIG.maxAttempts }),
  'retry_config.max_retry_duration': (settings, { retryConfig }) =>
    withRetry(settings, { maxRetryDurationMs: Math.trunc((retryConfig?.maxRetryDuration ?? 0) / 1000) * 1000 }),
  'retry_config.min_backoff': (settings, { retryConfig }) =>
    withRetry(settings, { minBackoffMs: retryConfig?.minBackoff ?? DEFAULT_RETRY_CONFIG.minBackoffMs }),
  'retry_config.max_backoff': (settings, { retryConfig }) =>
    withRetry(settings, { maxBackoffMs: retryConfig?.maxBackoff ?? DEFAULT_RETRY_CONFIG.maxBackoffMs }),
  'retry_config.max_doublings': (settings, { retryConfig }) =>
    withRetry(settings, { maxDoublings: retryConfig?.maxDoublings || DEFAULT_RETRY_CONFIG.maxDoublings }),
  'stackdriver_logging_config.sampling_ratio': (settings, { stackdriverLoggingConfig }) => ({
    ...settings,
    loggingSamplingRatio: stackdriverLoggingConfig?.samplingRatio ?? 0,
  }),
  'http_target.uri_override': (settings, { httpTarget }) =>
    withTarget(settings, { uriOverride: httpTarget?.uriOverride }),
  'http_target.http_method': (settings, { httpTarget }) => withTarget(settings, { httpMethod: httpTarget?.httpMethod }),
  'http_target.header_overrides': (settings, { httpTarget }) =>
    withTarget(settings, { headerOverrides: httpTarget?.headerOverrides }),
  'http_target.oidc_token': (settings, { httpTarget }) => withTarget(settings, { oidcToken: httpTarget?.oidcToken }),
  'http_target.oauth_token': (settings, { httpTarget }) => withTarget(settings, { oauthToken: httpTarget?.oauthToken }),
};

/** Paths that a mask may name without effect: output only, fixed, or of App Engine. */
const IGNORED =
  /^(name|state|purge_time|rate_limits\.max_burst_size|type|app_engine_http_queue(\..+)?|app_engine_routing_override(\..+)?)$/;

/**
 * The settings after an update.
 *
 * @param mask paths to update, in snake or camel case; none for all (reference: `UpdateQueueRequest.update_mask`)
 * @throws CloudTasksError INVALID_ARGUMENT for an unknown path, and for each limit that the result breaks
 */
export function updateSettings(settings: QueueSettings, queue: QueueMessage, mask: readonly string[]): QueueSettings {
  const all = Object.keys(FIELDS);
  const paths = mask.length === 0 ? all : mask.flatMap((path) => fieldsUnder(snakeCase(path), path, all));
  let updated = settings;
  for (const path of paths) updated = FIELDS[path]?.(updated, queue) ?? updated;
  checkSettings(updated);
  return updated;
}

/**
 * The settings of a queue from its configuration.
 *
 * @param kept what holds where the configuration says nothing. @default Cloud Tasks' defaults
 * @throws CloudTasksError INVALID_ARGUMENT for each limit that it breaks
 */
export function settingsOf(config: QueueConfig, kept: QueueSettings = DEFAULT_SETTINGS): QueueSettings {
  const settings = {
    ...kept,
    rateLimits: { ...kept.rateLimits, ...config.rateLimits },
    retryConfig: { ...kept.retryConfig, ...config.retryConfig },
    loggingSamplingRatio: config.loggingSamplingRatio ?? kept.loggingSamplingRatio,
    httpTarget: config.httpTarget ?? kept.httpTarget,
  };
  checkSettings(settings);
  return settings;
}

function checkSettings({ rateLimits, retryConfig, loggingSamplingRatio, httpTarget }: QueueSettings): void {
  checkQueueLimits(rateLimits, retryConfig);
  if (httpTarget) checkHttpTarget(httpTarget);
  if (!(loggingSamplingRatio >= 0 && loggingSamplingRatio <= 1)) {
    throw invalidArgument(
      `StackdriverLoggingConfig.samplingRatio must be between 0.0 and 1.0; received ${loggingSamplingRatio}.`,
    );
  }
}

function fieldsUnder(path: string, written: string, all: string[]): string[] {
  const fields = all.filter((field) => field === path || field.startsWith(`${path}.`));
  if (fields.length === 0 && !IGNORED.test(path)) {
    throw invalidArgument(`Invalid field mask path '${written}': Queue has no such field.`);
  }
  return fields;
}

function snakeCase(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function withRate(settings: QueueSettings, change: Partial<QueueSettings['rateLimits']>): QueueSettings {
  return { ...settings, rateLimits: { ...settings.rateLimits, ...change } };
}

function withRetry(settings: QueueSettings, change: Partial<QueueSettings['retryConfig']>): QueueSettings {
  return { ...settings, retryConfig: { ...settings.retryConfig, ...change } };
}

/** A target that says nothing is none. */
function withTarget(settings: QueueSettings, change: Partial<HttpTarget>): QueueSettings {
  const httpTarget = { ...settings.httpTarget, ...change };
  const isEmpty = Object.values(httpTarget).every((value) => value === undefined);
  return { ...settings, httpTarget: isEmpty ? undefined : httpTarget };
}
