/** A process of its own that converts a document, aborts its second conversion and then has nothing more to do. */
import { makePdf } from '../../../bench/documents/make-pdf.ts';
import { createLocalConverter } from '../../../documents/conversion/local-converter.ts';

const bytes = makePdf(Array.from({ length: 200 }, (_, i) => [{ text: `Page ${i}`, x: 50, y: 700 }]));
const source = { bytes, filename: 'a.pdf' };
const abort = new AbortController();
const options = { signal: abort.signal, ocr: 'auto', method: 'auto' } as const;
const converter = createLocalConverter();
const started = performance.now();
await converter.convert(source, options);
const converted = performance.now();
const conversion = converter.convert(source, options);
abort.abort(new Error('enough'));
await conversion.catch((error: Error) => console.log(error.message));
process.on('exit', () => console.log(performance.now() - converted < converted - started));
