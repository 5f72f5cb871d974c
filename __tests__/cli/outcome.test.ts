import { type DocumentOutcome, outcomeJson, outcomeTable } from '../../cli/outcome.ts';

const done: DocumentOutcome = {
  document: 'report.pdf',
  status: 'COMPLETED',
  attempts: 1,
  seconds: 1.234,
  markdown: 'results/report.pdf.md',
  reason: null,
  pages: 4,
  characters: 3829,
};
const failed: DocumentOutcome = {
  document: 'broken.pdf',
  status: 'FAILED',
  attempts: 2,
  seconds: 12,
  markdown: null,
  reason: 'corrupt: broken.pdf is damaged.',
};
const text: DocumentOutcome = { ...done, document: 'a.txt', markdown: 'results/a.txt.md', pages: undefined };

test('the table has a row for each document, with its size and its result or reason', () => {
  expect(outcomeTable([done, failed, text]).split('\n')).toEqual([
    'Document    Status     Attempts  Seconds              Size  Result',
    '----------  ---------  --------  -------  ----------------  -------------------------------',
    'report.pdf  COMPLETED         1      1.2           4 pages  results/report.pdf.md',
    'broken.pdf  FAILED            2     12.0                    corrupt: broken.pdf is damaged.',
    'a.txt       COMPLETED         1      1.2  3,829 characters  results/a.txt.md',
  ]);
});

test('extracted fields are shown beside the Markdown', () => {
  const extracted = { ...done, fields: 'results/report.pdf.fields.json' };
  expect(outcomeTable([extracted])).toMatch(/ {2}results\/report\.pdf\.md, results\/report\.pdf\.fields\.json$/);
  expect(JSON.parse(outcomeJson(extracted))).toMatchObject({ fields: 'results/report.pdf.fields.json' });
});

test('an answer that was not accepted has its path in a line of JSON', () => {
  const rejected = { ...failed, rejectedAnswer: 'results/broken.pdf.rejected-answer.json' };
  expect(JSON.parse(outcomeJson(rejected))).toMatchObject({
    rejectedAnswer: 'results/broken.pdf.rejected-answer.json',
  });
});

test('a document of which something is missing is marked', () => {
  expect(outcomeTable([{ ...done, partial: true }])).toContain('  4 pages, partial  results/report.pdf.md');
  expect(JSON.parse(outcomeJson({ ...done, partial: true }))).toMatchObject({ status: 'COMPLETED', partial: true });
});

test('a line of JSON has what programs need, with null for what there is not', () => {
  expect(JSON.parse(outcomeJson(done))).toEqual({
    document: 'report.pdf',
    status: 'COMPLETED',
    attempts: 1,
    seconds: 1.234,
    markdown: 'results/report.pdf.md',
    reason: null,
  });
  expect(JSON.parse(outcomeJson(failed))).toMatchObject({ markdown: null, reason: 'corrupt: broken.pdf is damaged.' });
});
