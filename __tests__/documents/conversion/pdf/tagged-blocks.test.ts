import { readTaggedPage, type StructureNode } from '../../../../documents/conversion/pdf/tagged-blocks.ts';
import type { TextRun } from '../../../../documents/conversion/pdf/text-run.ts';

const run = (mark: string, text: string, x: number, y = 100, size = 10): TextRun => ({
  ...{ mark, text, x, y, size, width: 5 * text.length, rightToLeft: false, artifact: false },
});
const content = (id: string): StructureNode => ({ type: 'content', id });
const node = (role: string, ...children: StructureNode[]): StructureNode => ({ role, children });
const none = (...ids: string[]) => ids.map((id) => node('NonStruct', content(id)));

const textsOf = (tree: StructureNode, runs: TextRun[], annotations: TextRun[] = []) =>
  readTaggedPage(node('Root', tree), runs, annotations)?.blocks.map((block) => 'text' in block && block.text);

test('the pieces that a browser puts into a group each are one paragraph', () => {
  const [first, link, last] = none('a', 'b', 'c') as [StructureNode, StructureNode, StructureNode];
  const runs = [run('a', 'The ', 50), run('b', 'north mole', 70), run('c', ' in March.', 120)];
  expect(textsOf(node('P', first, node('Link', link), last), runs)).toEqual(['The north mole in March.']);
});

test('groups outside of a paragraph are one where the second goes on with the first', () => {
  const first = run('a', 'One and', 50);
  const groups = node('Div', ...none('a', 'b'));
  expect(textsOf(groups, [first, run('b', 'two.', 50, 112)])).toEqual(['One and two.']);
  expect(textsOf(groups, [first, run('b', 'two.', 50, 130)])).toEqual(['One and', 'two.']);
  expect(textsOf(groups, [first, run('b', 'two.', 50, 112, 8)])).toEqual(['One and', 'two.']);
});

test('a group of blocks is none itself', () => {
  const runs = [run('a', 'One.', 50), run('b', 'Two.', 50, 112)];
  expect(textsOf(node('NonStruct', node('P', content('a')), node('P', content('b'))), runs)).toEqual(['One.', 'Two.']);
});

test('pieces that are marked as two and overlap are two words', () => {
  const runs = [run('a', 'to the', 50), run('b', 'north', 79)];
  expect(textsOf(node('P', ...none('a', 'b')), runs)).toEqual(['to the north']);
  expect(textsOf(node('P', ...none('a', 'b')), [run('a', 'H', 50), run('b', 'ello', 55)])).toEqual(['Hello']);
});

test('a field of a form stands where the tags have it; tags that leave one out are not believed', () => {
  const runs = [run('a', 'Ship:', 50)];
  const field = run('pdfjs_internal_id_6R', 'Nordlicht', 100);
  const form = node('Form', { type: 'annotation', id: 'pdfjs_internal_id_6R' });
  expect(textsOf(node('P', content('a'), form), runs, [field])).toEqual(['Ship: Nordlicht']);
  expect(textsOf(node('P', content('a')), runs, [field])).toBeUndefined();
});
