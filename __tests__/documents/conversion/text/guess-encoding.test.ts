import { guessEncoding } from '../../../../documents/conversion/text/guess-encoding.ts';

/** As they are stored. */
const bytes = (hexadecimal: string) => Buffer.from(hexadecimal.replaceAll(' ', ''), 'hex');

test.each([
  ['shift_jis', '96bc914f2c89bf8a690a82e882f182b22c3132300a'],
  ['gb18030', 'b8dbbfdab1a8b8e6a3bac6f0d6d8bbfacda3c1cbc1bdcceca3acb6c9c2d6d7bccab1b3f6b7a2a1a3'],
  ['windows-1251', 'cdeee2fbe920eff0e8f7e0eb20eef2eaf0fbf220e220ece0f0f2e52c20e820eaf0e0ed20f1eeee'],
  ['windows-1252', '4465722048 6166656e 20 6de46c646574 2c20646 1df 20646965 2046e4687265 2070fc6e6b746c696368'],
])('recognises %s', (encoding, hexadecimal) => {
  expect(guessEncoding(bytes(hexadecimal))).toBe(encoding);
});

test('the first foreign letter may come late in a long text', () => {
  const text = Buffer.concat([
    Buffer.from('name,price\n'.repeat(10_000)),
    bytes('cdeee2fbe920eff0e8f7e0eb20eef2eaf0fbf2'),
  ]);
  expect(guessEncoding(text)).toBe('windows-1251');
});
