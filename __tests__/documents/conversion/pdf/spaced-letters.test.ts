import { makePdf } from '../../../../bench/documents/make-pdf.ts';
import { convert } from '../local-conversion.ts';

async function textOf(drawing: string): Promise<string> {
  const { markdown } = await convert(makePdf([[]], { drawing }), 'x.pdf');
  return markdown.split('\n')[2] as string;
}

test.each([1, 1.5, 2, 3, 5])('words set %d points wide are words', async (spacing) => {
  const shown = `BT ${spacing} Tc /F1 10 Tf 50 650 Td (HARBOUR NEWS today) Tj ET`;
  expect(await textOf(shown)).toBe('HARBOUR NEWS today');
});

test('letters that are set one by one are a word, if they can be one', async () => {
  const set = (word: string) => [...word].map((sign, i) => `1 0 0 1 ${50 + 13 * i} 650 Tm (${sign}) Tj`).join(' ');
  expect(await textOf(`BT /F1 12 Tf ${set('HARBOUR')} ET`)).toBe('HARBOUR');
});

test.each(['A B C D E F', 'x y z', 'B C E D'])('%s stays as it is', async (text) => {
  expect(await textOf(`BT /F1 10 Tf 50 650 Td (${text}) Tj ET`)).toBe(text);
});
