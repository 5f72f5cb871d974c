import { htmlToMarkdown } from '../../../../documents/conversion/html/html.ts';

test.each([
  ['<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>', '$E=mc^2$'],
  ['<mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mi>b</mi></mfrac>', '$\\frac{a+1}{b}$'],
  ['<msqrt><mi>x</mi><mi>y</mi></msqrt><mroot><mi>z</mi><mn>3</mn></mroot>', '$\\sqrt{xy}\\sqrt[3]{z}$'],
  ['<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>', '$\\sum _{i=1}^n$'],
  ['<mi>ω</mi><mo>≤</mo><mn>2</mn><mi>π</mi><mi>f</mi>', '$\\omega \\leq 2\\pi f$'],
  ['<msub><mi>a</mi><mn>1</mn></msub><msubsup><mi>b</mi><mn>2</mn><mn>34</mn></msubsup>', '$a_1b_2^{34}$'],
  ['<mfenced><mi>a</mi><mi>b</mi></mfenced>', '$(a,b)$'],
  ['<mtable><mtr><mtd>1</mtd><mtd>2</mtd></mtr><mtr><mtd>3</mtd><mtd>4</mtd></mtr></mtable>', '$1 & 2 \\\\ 3 & 4$'],
  [
    '<semantics><mi>q</mi><annotation encoding="application/x-tex">\\frac{1}{2}</annotation></semantics>',
    '$\\frac{1}{2}$',
  ],
  ['<semantics><mi>q</mi><annotation encoding="text/plain">no</annotation></semantics>', '$q$'],
])('%s', (content, markdown) => {
  expect(htmlToMarkdown(`<p>Here <math>${content}</math>.</p>`)).toBe(`Here ${markdown}.`);
});

test('what its author wrote in its place', () => {
  expect(htmlToMarkdown('<math display="block" alttext="{\\displaystyle a^2}"><mi>a</mi></math>')).toBe('$$a^2$$');
});
