import { setImmediate as turn } from 'node:timers/promises';
import {
  type Converter,
  type ConvertOptions,
  type SourceDocument,
  UnconvertibleDocumentError,
} from '../../../documents/conversion/converter.ts';

/** Documents that show what a converter promises. One that it cannot be asked about is left out. */
export interface ContractDocuments {
  /** Two that are converted, with a word that only the one has. */
  readonly good: readonly [
    { readonly source: SourceDocument; readonly word: string },
    { readonly source: SourceDocument; readonly word: string },
  ];
  /** One whose conversion is still going on a turn of the event loop after it began. */
  readonly slow: SourceDocument;
  readonly encrypted?: SourceDocument;
  readonly corrupt?: SourceDocument;
  readonly empty?: SourceDocument;
}

const OPTIONS = { signal: new AbortController().signal, ocr: 'auto', method: 'auto' } satisfies ConvertOptions;
/** Of the event loop, from the abort to the rejection. */
const ABORT_TURNS = 20;

/** What every converter does, whatever it converts with. */
export function converterContract(
  name: string,
  makeConverter: () => Converter | Promise<Converter>,
  documents: ContractDocuments,
): void {
  describe(`${name} keeps the contract of converters`, () => {
    const [one, two] = documents.good;

    test('a conversion is Markdown with one line end at its end, counted and signed', async () => {
      const converter = await makeConverter();
      const { markdown, characters, words, converter: by } = await converter.convert(one.source, OPTIONS);
      expect(markdown).toMatch(/[^\n]\n$/);
      expect(characters).toBe(markdown.length);
      expect(words).toBeGreaterThanOrEqual(1);
      expect(by).toMatch(/^\S+@\S+( \S+@\S+)*$/);
    });

    test("the caller's bytes are untouched", async () => {
      const before = Uint8Array.from(one.source.bytes);
      await (await makeConverter()).convert(one.source, OPTIONS);
      expect(Buffer.compare(one.source.bytes, before)).toBe(0);
    });

    test('two conversions at once do not mix', async () => {
      const converter = await makeConverter();
      const both = await Promise.all([one, two].map(({ source }) => converter.convert(source, OPTIONS)));
      const found = both.map(({ markdown }) => [one, two].map(({ word }) => markdown.includes(word)));
      expect(found).toEqual([
        [true, false],
        [false, true],
      ]);
    });

    test("aborted before, it rejects with the signal's reason", async () => {
      const reason = new Error('too late');
      const conversion = (await makeConverter()).convert(one.source, { ...OPTIONS, signal: AbortSignal.abort(reason) });
      await expect(conversion).rejects.toBe(reason);
    });

    test("aborted during, it rejects with the signal's reason within 20 turns of the event loop", async () => {
      const abort = new AbortController();
      const reason = new Error('enough');
      const conversion = (await makeConverter()).convert(documents.slow, { ...OPTIONS, signal: abort.signal });
      let outcome: unknown;
      void conversion.catch((error: unknown) => {
        outcome = error;
      });
      await turn();
      expect(outcome).toBeUndefined();
      abort.abort(reason);
      for (let turns = 0; turns < ABORT_TURNS && outcome === undefined; turns++) await turn();
      expect(outcome).toBe(reason);
    });

    const refusals = (['encrypted', 'corrupt', 'empty'] as const).flatMap((kind) => {
      const source = documents[kind];
      return source ? [{ kind, source }] : [];
    });
    test.each(refusals)('$kind documents are refused in one sentence', async ({ kind, source }) => {
      const conversion = (await makeConverter()).convert(source, OPTIONS);
      const error = await conversion.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(UnconvertibleDocumentError);
      expect(error).toMatchObject({ reason: kind, message: expect.stringMatching(/^[A-Z][^\n]*\.$/) });
    });
  });
}
