import { formulaToTex } from '../../../../documents/conversion/office/formula.ts';
import { parseXml } from '../../../../documents/conversion/office/xml.ts';

const M = 'http://schemas.openxmlformats.org/officeDocument/2006/math';
const r = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
const tex = (content: string) => formulaToTex(parseXml(Buffer.from(`<m:oMath xmlns:m="${M}">${content}</m:oMath>`)));

test.each([
  [`<m:f><m:num>${r('a')}</m:num><m:den>${r('b')}</m:den></m:f>`, '\\frac{a}{b}'],
  [`<m:sSup><m:e>${r('x')}</m:e><m:sup>${r('10')}</m:sup></m:sSup>`, 'x^{10}'],
  [`<m:sSub><m:e>${r('ab')}</m:e><m:sub>${r('i')}</m:sub></m:sSub>`, '{ab}_i'],
  [`<m:rad><m:radPr><m:degHide/></m:radPr><m:deg/><m:e>${r('2')}</m:e></m:rad>`, '\\sqrt{2}'],
  [`<m:rad><m:deg>${r('3')}</m:deg><m:e>${r('2')}</m:e></m:rad>`, '\\sqrt[3]{2}'],
  [
    `<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>${r('i=1')}</m:sub><m:sup>${r('n')}</m:sup><m:e>${r('i')}</m:e></m:nary>`,
    '\\sum_{i=1}^n{i}',
  ],
  [`<m:d><m:e>${r('a+b')}</m:e></m:d>`, '\\left(a+b\\right)'],
  [`<m:func><m:fName>${r('sin')}</m:fName><m:e>${r('x')}</m:e></m:func>`, '\\sin {x}'],
  [`<m:acc><m:accPr><m:chr m:val="\u20d7"/></m:accPr><m:e>${r('v')}</m:e></m:acc>`, '\\vec{v}'],
  [`<m:m><m:mr><m:e>${r('1')}</m:e><m:e>${r('2')}</m:e></m:mr></m:m>`, '\\begin{matrix}1 & 2\\end{matrix}'],
  [`<m:r><m:rPr><m:nor/></m:rPr><m:t>if so</m:t></m:r>`, '\\text{if so}'],
  [r('50%'), '50\\%'],
  [r('A=πr'), 'A=\\pi r'],
  [r('f\u2061x'), 'fx'],
  [r('x−1±½'), 'x-1\\pm ½'],
  [`<m:sSup><m:e>${r('β')}</m:e><m:sup>${r('∞')}</m:sup></m:sSup>`, '\\beta^{\\infty}'],
  [`<m:r><m:rPr><m:nor/></m:rPr><m:t>if π</m:t></m:r>`, '\\text{if π}'],
  [`<m:eqArr><m:e>${r('a')}</m:e></m:eqArr>`, 'a'],
  [`<m:eqArr><m:e>${r('a')}</m:e><m:e>${r('b')}</m:e></m:eqArr>`, '\\begin{aligned}a \\\\ b\\end{aligned}'],
  [`<m:unheard>${r('y')}</m:unheard>`, 'y'],
])('%s', (formula, expected) => {
  expect(tex(formula)).toBe(expected);
});

test('whatever prefix it is written with', () => {
  const other = `<x:oMath xmlns:x="${M}"><x:d><x:dPr><x:begChr x:val="["/></x:dPr><x:e><x:r><x:t>a</x:t></x:r></x:e></x:d></x:oMath>`;
  expect(formulaToTex(parseXml(Buffer.from(other)))).toBe('\\left[a\\right)');
});

test.each([100, 5000])('of what stands %d deep the text is kept', (depth) => {
  const deep = `${'<m:rad><m:e>'.repeat(depth)}${r('kept')}${'</m:e></m:rad>'.repeat(depth)}`;
  expect(tex(deep)).toContain('kept');
});
