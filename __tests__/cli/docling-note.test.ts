import { doclingNote } from '../../cli/docling-note.ts';

test.each([undefined, ''])('a stack with docling-serve and DOCLING_URL %j says how to give one', (url) => {
  expect(doclingNote(['docling'], url)).toBe(
    'The stack has docling-serve, which does not run here: documents that need it fail. ' +
      'Set DOCLING_URL to a running one, such as http://localhost:5001.',
  );
});

test.each([
  [['docling'], 'http://localhost:5001'],
  [[], undefined],
])('with the sidecars %j and DOCLING_URL %j there is nothing to say', (sidecars, url) => {
  expect(doclingNote(sidecars, url)).toBeUndefined();
});
