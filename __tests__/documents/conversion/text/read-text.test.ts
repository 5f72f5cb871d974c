import { readText } from '../../../../documents/conversion/text/read-text.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

test('what had to be guessed is said', async () => {
  expect(await readText({ bytes: latin1('Z\xfcrich und Gen\xe8ve'), filename: 'x.txt' })).toEqual({
    text: 'Zürich und Genève',
    remarks: ['The text declares no encoding: it was read as windows-1252, which is a guess.'],
  });
});

test('an encoding that is declared and not known is named', async () => {
  const source = { bytes: Buffer.from('Gr+APw-n'), filename: 'x.txt', contentType: 'text/plain; charset=utf-7' };
  expect(await readText(source)).toEqual({
    text: 'Gr+APw-n',
    remarks: ['The text declares the encoding utf-7, which is not known.'],
  });
});

test('bytes that are no text of its encoding are named', async () => {
  const bytes = Buffer.concat([Buffer.from('Grüße, Grüße '), latin1('\xff')]);
  expect(await readText({ bytes, filename: 'x.txt' })).toEqual({
    text: 'Grüße, Grüße \ufffd',
    remarks: ['Bytes that are no text in utf-8 became U+FFFD (1).'],
  });
});

test('the charset of the Content-Type comes before the one that the document declares', async () => {
  const bytes = latin1('\xcf\xf0\xe8');
  const source = { bytes, filename: 'x.html', contentType: 'text/html; charset=windows-1251' };
  expect(await readText(source, 'iso-8859-1')).toEqual({ text: 'При', remarks: [] });
});
