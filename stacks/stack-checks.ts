import { type Check, isWhole } from './checks.ts';
import { type DocumentProcessingStackProps, resolveProps } from './document-processing-props.ts';
import { callerChecks, memberChecks } from './member-checks.ts';
import { MAX_QUEUES, nameChecks, namesFor } from './names.ts';
import { retentionChecks } from './options/retention.ts';
import { capacityOf } from './service-size.ts';

/** The rules that no single part of the stack can check. */
export function sharedChecks(projectId: string, given: DocumentProcessingStackProps): Check[] {
  const { location, environment, queueCount, drainingQueues, size, limits, callers, enqueuers } = resolveProps(given);
  const allQueues = queueCount + drainingQueues;
  const { maxConcurrentDispatches } = limits;
  const capacity = capacityOf(size);
  return [
    ...nameChecks(projectId, environment, allQueues),
    ...callerChecks(callers),
    ...memberChecks('Enqueuers', enqueuers),
    ...retentionChecks(given, given),
    ...imageChecks(given),
    ...existingBucketChecks(projectId, environment, given),
    ...Object.entries(given.labels ?? {}).flatMap(([key, value]) => labelChecks(key, value)),
    {
      values: [location],
      condition: /^[a-z]+-[a-z]+\d+$/.test(location),
      message: `The location is a region; received '${location}': use one such as 'us-central1' or 'europe-west1'.`,
    },
    {
      values: [queueCount],
      condition: isWhole(queueCount, 1, MAX_QUEUES),
      message: `There are 1 to ${MAX_QUEUES} queues; received ${queueCount}: choose a whole number in that range.`,
    },
    {
      values: [drainingQueues, queueCount],
      condition: !isWhole(queueCount, 1, MAX_QUEUES) || isWhole(drainingQueues, 0, MAX_QUEUES - queueCount),
      message:
        `Queues that are drained are 0 to ${MAX_QUEUES - queueCount}, ${MAX_QUEUES} with those of queueCount; received ` +
        `drainingQueues ${drainingQueues}: choose a whole number in that range.`,
    },
    {
      values: [maxConcurrentDispatches, allQueues, capacity],
      condition: capacity < 1 || !(maxConcurrentDispatches * allQueues > capacity),
      message:
        `The queues dispatch at most what the service can work on at once, ${size.maxInstances} instances x ` +
        `${size.concurrency} requests = ${capacity}; received ${allQueues} x maxConcurrentDispatches ` +
        `${maxConcurrentDispatches}: lower it, or raise maxInstances or concurrency.`,
    },
  ];
}

/** A bucket that the stack makes does not exist already; with one for two purposes results would be uploads, too. */
function existingBucketChecks(
  projectId: string,
  environment: string,
  { documentsBucket, resultsBucket, image }: DocumentProcessingStackProps,
): Check[] {
  const names = namesFor(projectId, environment);
  const made = [
    ...(documentsBucket === undefined ? [names.documentsBucket] : []),
    ...(resultsBucket === undefined ? [names.resultsBucket] : []),
    ...(image === undefined ? [names.codeBucket] : []),
  ];
  return [documentsBucket, resultsBucket].map((existing) => ({
    values: [existing],
    condition: existing === undefined || !made.includes(existing),
    message:
      `A bucket that exists already is none that the stack makes; received '${existing}': name another, or one for both ` +
      'documentsBucket and resultsBucket.',
  }));
}

/** One image runs, and its name is one. */
function imageChecks({ image, nodeImage }: DocumentProcessingStackProps): Check[] {
  const isName = (name: string | undefined) => name === undefined || /^\S+$/.test(name);
  return [
    {
      values: [image],
      condition: isName(image),
      message: `The service runs a container image; received '${image}': name one, with its tag or digest.`,
    },
    {
      values: [nodeImage],
      condition: isName(nodeImage),
      message: `The bundle runs on a container image with Node; received '${nodeImage}': name one, with its tag or digest.`,
    },
    {
      values: [image, nodeImage],
      condition: image === undefined || nodeImage === undefined,
      message:
        `An own image runs without the bundle, and a Node image runs the bundle; received both, '${image}' and ` +
        `'${nodeImage}': set CONTAINER_IMAGE or NODE_IMAGE.`,
    },
  ];
}

/** Google's rules for labels, by the letters of ASCII. */
function labelChecks(key: string, value: string): Check[] {
  return [
    {
      values: [key, value],
      condition: /^[a-z][a-z0-9_-]{0,62}$/.test(key) && /^[a-z0-9_-]{0,63}$/.test(value),
      message:
        'A label has lower-case letters, digits, hyphens and underscores, at most 63, and a key that begins with a ' +
        `letter; received '${key}=${value}': change it.`,
    },
  ];
}
