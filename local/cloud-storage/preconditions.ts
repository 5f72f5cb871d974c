import { notModified, preconditionFailed } from './storage-error.ts';

/** What must be true of the live object; 0 stands for "there is none". */
export interface Preconditions {
  readonly ifGenerationMatch?: number;
  readonly ifGenerationNotMatch?: number;
  readonly ifMetagenerationMatch?: number;
  readonly ifMetagenerationNotMatch?: number;
}

/** The numbers that preconditions are about. */
interface Versions {
  readonly generation: number;
  readonly metageneration: number;
}

/**
 * Checks a write or a deletion (reference: "Request preconditions").
 *
 * @param live the live object, undefined when there is none
 * @throws StorageApiError 412 when a condition does not hold
 */
export function checkWrite(live: Versions | undefined, conditions: Preconditions): void {
  const { generation, metageneration } = live ?? { generation: 0, metageneration: 0 };
  if (isOther(conditions.ifGenerationMatch, generation)) throw preconditionFailed();
  if (isOther(conditions.ifMetagenerationMatch, metageneration)) throw preconditionFailed();
  for (const notMatch of [conditions.ifGenerationNotMatch, conditions.ifMetagenerationNotMatch]) {
    // "If no live object exists, the precondition fails."
    if (notMatch !== undefined && live === undefined) throw preconditionFailed();
  }
  if (conditions.ifGenerationNotMatch === generation) throw preconditionFailed();
  if (conditions.ifMetagenerationNotMatch === metageneration) throw preconditionFailed();
}

/**
 * Checks a read of an object that exists.
 *
 * @throws StorageApiError 412 when a match does not hold, 304 when the reader has this very version
 */
export function checkRead({ generation, metageneration }: Versions, conditions: Preconditions): void {
  if (isOther(conditions.ifGenerationMatch, generation)) throw preconditionFailed();
  if (isOther(conditions.ifMetagenerationMatch, metageneration)) throw preconditionFailed();
  if (conditions.ifGenerationNotMatch === generation) throw notModified();
  if (conditions.ifMetagenerationNotMatch === metageneration) throw notModified();
}

function isOther(wanted: number | undefined, actual: number): boolean {
  return wanted !== undefined && wanted !== actual;
}
