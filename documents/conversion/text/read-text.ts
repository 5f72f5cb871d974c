import { type SourceDocument, UnconvertibleDocumentError } from '../converter.ts';
import { charsetOf, decodeText, encodingNamed, encodingOf } from './decode-text.ts';

export interface ReadText {
  readonly text: string;
  /** What its reader should know about how it was read, a sentence each. */
  readonly remarks: readonly string[];
}

/**
 * The text of a document that is text.
 *
 * @param declared the charset that it declares itself; the Content-Type's comes first
 * @throws UnconvertibleDocumentError `corrupt`
 */
export async function readText({ bytes, contentType }: SourceDocument, declared?: string): Promise<ReadText> {
  const charset = charsetOf(contentType) ?? declared;
  const known = encodingOf(bytes, charset);
  const encoding = known ?? (await import('./guess-encoding.ts')).guessEncoding(bytes);
  const decoded = decodeText(bytes, encoding);
  if (decoded === undefined)
    throw new UnconvertibleDocumentError('corrupt', 'The document has binary data among its text.');
  const { text, badPlaces } = decoded;
  const remarks: string[] = [];
  if (charset !== undefined && encodingNamed(charset) === undefined)
    remarks.push(`The text declares the encoding ${charset}, which is not known.`);
  if (known === undefined) remarks.push(`The text declares no encoding: it was read as ${encoding}, which is a guess.`);
  if (badPlaces > 0) remarks.push(`Bytes that are no text in ${encoding} became U+FFFD (${badPlaces}).`);
  return { text, remarks };
}
