import fc from 'fast-check';
import {
  countPages,
  missingParts,
  numberPages,
  PAGE_BREAK,
} from '../../../../documents/conversion/docling/docling-pages.ts';
import type { DoclingDocument } from '../../../../documents/conversion/docling/docling-schema.ts';
import { requireLinearTime } from '../../../growth.ts';
import { doclingDocument } from './docling-server.ts';

const known = (pages: Parameters<typeof doclingDocument>[0]) => doclingDocument(pages) as DoclingDocument;

test('a blank page keeps its number, although docling does not break there', () => {
  const document = known({ 1: ['One'], 2: [], 3: ['Three'] });
  expect(numberPages(`One\n\n${PAGE_BREAK}\n\nThree`, document)).toBe(
    '<!-- page 1 -->\n\nOne\n\n<!-- page 2 -->\n\n<!-- page 3 -->\n\nThree',
  );
  expect(countPages(document)).toBe(3);
});

test('what only looks like a break between pages stays as it is', () => {
  const code = `\`\`\`\nx ${PAGE_BREAK} y\n\`\`\``;
  expect(numberPages(code, known({ 1: ['x'] }))).toBe(`<!-- page 1 -->\n\n${code}`);
});

test('anchors that would be wrong are left out', () => {
  expect(numberPages(`One\n\n${PAGE_BREAK}\n\nTwo`, known({ 1: ['One'], 2: ['Two'], 3: ['Three'] }))).toBe(
    'One\n\nTwo',
  );
});

test('breaks that stand one page late, as those of slides, are put where the pages begin', () => {
  const document = known({ 1: ['Harbour', 'Cranes were idle.'], 2: ['Ferry_report'], 3: ['Budget'] });
  const late = `# Harbour\n\nCranes were idle.\n\n# Ferry\\_report\n\n${PAGE_BREAK}\n\n# Budget\n\n${PAGE_BREAK}`;
  expect(numberPages(late, document)).toBe(
    '<!-- page 1 -->\n\n# Harbour\n\nCranes were idle.\n\n<!-- page 2 -->\n\n# Ferry\\_report\n\n<!-- page 3 -->\n\n# Budget',
  );
});

test.each([
  ['a page without anything in it', `a\n\nb\n\n${PAGE_BREAK}`, { 1: [''], 2: [''] }],
  ['a page that begins with what another has', `One\n\n${PAGE_BREAK}\n\nThree`, { 1: ['One'], 2: ['Two'] }],
])('%s makes no anchors', (_, markdown, pages) => {
  expect(numberPages(markdown, known(pages))).not.toContain('<!-- page');
});

test('every text stands behind the anchor of its page, whichever pages are blank', () => {
  const pages = fc.array(fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { maxLength: 3 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(pages, (texts) => {
      // docling-core's rule (`_iterate_items`): a break before the first thing of each page that has something, but the first.
      const written = texts.filter((page) => page.length > 0).map((page) => page.join('\n\n'));
      const numbered = numberPages(
        written.join(`\n\n${PAGE_BREAK}\n\n`),
        known(Object.fromEntries(texts.map((page, i) => [i + 1, page]))),
      );
      const expected = texts.map((page, i) => [`<!-- page ${i + 1} -->`, ...page].join('\n\n')).join('\n\n');
      fc.pre(written.length > 0);
      expect(numbered).toBe(expected);
    }),
    { numRuns: 200 },
  );
});

test('pages with the same trouble share a sentence', () => {
  const error = (error_message: string, page_no?: number) => ({
    error_message,
    component_type: 'pipeline',
    category: 'unknown',
    page_no,
  });
  const errors = [9, 1, 2, 3, 7].map((page) => error('Page failed to parse.', page));
  expect(missingParts([...errors, error('no memory', 4), error('Timeout: 4/9 pages.')])).toEqual([
    'Pages 1 to 3, 7 and 9: Page failed to parse.',
    'Page 4: no memory.',
    'Timeout: 4/9 pages.',
  ]);
});

test('100,000 errors on one page are one sentence, and take no time that grows with their square', async () => {
  const error = { error_message: 'No.', component_type: 'pipeline', category: 'unknown', page_no: 1 };
  expect(missingParts(Array(100_000).fill(error))).toEqual(['Page 1: No.']);
  await requireLinearTime((count) => missingParts(Array(count).fill(error)), 10_000);
});

test('what is no number of a page is no page', () => {
  const pages = { '1': {}, '-1': {}, '1e999': {}, 'x\n': {}, '2.5': {} };
  expect(countPages({ ...known({}), pages })).toBe(1);
});
