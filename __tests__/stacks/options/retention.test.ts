import { type Block, stackJson, stackProblems } from '../synthesised-stack.ts';

function rules(props: Parameters<typeof stackJson>[0]): Record<string, Block[] | undefined> {
  const buckets = Object.entries(stackJson(props).resource.google_storage_bucket ?? {});
  return Object.fromEntries(buckets.map(([name, { lifecycle_rule }]) => [name, lifecycle_rule]));
}

test('everything is kept until somebody deletes it', () => {
  expect(rules({})).toEqual({ code: undefined, documents: undefined, results: undefined });
});

test('documents are deleted by their age, and nothing else is', () => {
  expect(rules({ documentsRetentionDays: 90 })).toEqual({
    documents: [{ action: { type: 'Delete' }, condition: { age: 90 } }],
    results: undefined,
    code: undefined,
  });
});

test('of what is known of a document the ends go first, and what they point to and what they close 40 days later', () => {
  const { results, documents } = rules({ resultsRetentionDays: 365 });
  expect(documents).toBeUndefined();
  expect(results).toEqual([
    {
      action: { type: 'Delete' },
      condition: { age: 365, matches_prefix: ['state/'], matches_suffix: ['.end', '.converted', '.told'] },
    },
    { action: { type: 'Delete' }, condition: { age: 405, matches_prefix: ['state/'], matches_suffix: ['.open'] } },
    { action: { type: 'Delete' }, condition: { age: 405, matches_prefix: ['results/'] } },
    { action: { type: 'Delete' }, condition: { age: 40, matches_prefix: ['leases/'] } },
  ]);
});

test.each([0, -1, 1.5, 36_501, Number.NaN])('refuses to keep documents for %d days', (documentsRetentionDays) => {
  expect(stackProblems({ documentsRetentionDays })).toEqual([
    'documentsRetentionDays is a whole number of days from 1 to 36500; received ' +
      `${documentsRetentionDays}: choose one in that range, or none to keep all.`,
  ]);
});

test.each([0, 39, 36_501])('refuses to keep results for %d days', (resultsRetentionDays) => {
  expect(stackProblems({ resultsRetentionDays })).toEqual([
    'resultsRetentionDays is a whole number of days from 40 to 36500 (a task lives 31 days, and must find the outcome of ' +
      `its document); received ${resultsRetentionDays}: choose one in that range, or none to keep all.`,
  ]);
});

test('the limits themselves are taken', () => {
  expect(stackProblems({ documentsRetentionDays: 1, resultsRetentionDays: 40 })).toEqual([]);
});

test('refuses rules for buckets that exist already', () => {
  const props = { documentsRetentionDays: 30, documentsBucket: 'my-documents' };
  expect(stackProblems({ ...props, resultsRetentionDays: 60, resultsBucket: 'my-results' })).toEqual([
    "documentsRetentionDays is a rule on the bucket that the stack makes; received 30 for 'my-documents', which exists " +
      'already: leave it out, and set lifecycle rules on that bucket yourself.',
    "resultsRetentionDays is a rule on the bucket that the stack makes; received 60 for 'my-results', which exists " +
      'already: leave it out, and set lifecycle rules on that bucket yourself.',
  ]);
});
