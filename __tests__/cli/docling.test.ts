import { doclingNote, requireDoclingFor } from '../../cli/docling.ts';

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

test.each([
  [{ method: 'docling', ocr: 'auto' }, '--method docling', 'auto or local'],
  [{ method: 'auto', ocr: 'force' }, '--ocr force', 'auto or skip'],
] as const)('%j needs a docling-serve', (how, option, others) => {
  expect(() => requireDoclingFor(how, undefined)).toThrow(
    `${option} needs a running docling-serve: set DOCLING_URL to its address, such as http://localhost:5001, or choose ${others}.`,
  );
  requireDoclingFor(how, 'http://localhost:5001');
});

test('what the handler does itself needs none', () => {
  requireDoclingFor({ method: 'local', ocr: 'skip' }, undefined);
});
