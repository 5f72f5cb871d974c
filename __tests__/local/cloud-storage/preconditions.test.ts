import { checkRead, checkWrite, type Preconditions } from '../../../local/cloud-storage/preconditions.ts';
import { StorageApiError } from '../../../local/cloud-storage/storage-error.ts';

const live = { generation: 7, metageneration: 1 };

function codeOf(check: () => void): number | 'ok' {
  try {
    check();
    return 'ok';
  } catch (error) {
    return (error as StorageApiError).code;
  }
}

// Reference: "Request preconditions", the table of each condition.
const table: [conditions: Preconditions, onWrite: number | 'ok', onCreation: number | 'ok', onRead: number | 'ok'][] = [
  [{}, 'ok', 'ok', 'ok'],
  [{ ifGenerationMatch: 7 }, 'ok', 412, 'ok'],
  [{ ifGenerationMatch: 6 }, 412, 412, 412],
  [{ ifGenerationMatch: 0 }, 412, 'ok', 412],
  [{ ifGenerationNotMatch: 7 }, 412, 412, 304],
  [{ ifGenerationNotMatch: 6 }, 'ok', 412, 'ok'],
  [{ ifGenerationNotMatch: 0 }, 'ok', 412, 'ok'],
  [{ ifMetagenerationMatch: 1 }, 'ok', 412, 'ok'],
  [{ ifMetagenerationMatch: 2 }, 412, 412, 412],
  [{ ifMetagenerationNotMatch: 1 }, 412, 412, 304],
  [{ ifMetagenerationNotMatch: 2 }, 'ok', 412, 'ok'],
  [{ ifGenerationMatch: 7, ifMetagenerationMatch: 2 }, 412, 412, 412],
];
test.each(table)('%j: write %s, creation %s, read %s', (conditions, onWrite, onCreation, onRead) => {
  expect(codeOf(() => checkWrite(live, conditions))).toBe(onWrite);
  expect(codeOf(() => checkWrite(undefined, conditions))).toBe(onCreation);
  expect(codeOf(() => checkRead(live, conditions))).toBe(onRead);
});

test("a condition that does not hold is refused in Google's words", () => {
  expect(() => checkWrite(live, { ifGenerationMatch: 1 })).toThrow(
    new StorageApiError(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.'),
  );
});
