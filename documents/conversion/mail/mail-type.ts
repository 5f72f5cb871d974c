import type { DocumentType } from '../converter.ts';

/** Fields that no other text begins with, by what is in them: a delivery note has a "Received:" as well (RFC 5322, 3.6; RFC 2045). */
const MAIL_FIELDS = [
  /^message-id:\s*<[^>\s]+>/im,
  /^mime-version:\s*1\.0/im,
  /^received:\s[^;]*\b(?:from|by)\b[^;]*;[^;]*\d\d:\d\d/im,
  /^return-path:\s*</im,
  /^delivered-to:\s*[^\s@]+@\S+\s*$/im,
  /^content-transfer-encoding:\s*(?:[78]bit|binary|quoted-printable|base64)\s*$/im,
];
const FIELDS = /^(?:(?:[!-9;-~]+[ \t]*:.*|[ \t].*)\n)+/;
const MAIL_TYPE = /^message\/(?:rfc822|global)$/i;
/** What says of itself that it is a text is a mail by more than one line. */
const TEXT_EXTENSION = /^(?:txt|text|md|markdown|csv|tsv)$/;
const TEXT_TYPE = /^text\/(?:plain|markdown|csv|tab-separated-values)\b/i;
const ARCHIVE_TYPE = /^(?:multipart\/related|application\/x-mimearchive)$/i;
/** The line before each mail of a mailbox (RFC 4155). */
const SEPARATOR = /^From .*\n/;

/**
 * Whether a text is a mail or a web archive.
 *
 * @param text the beginning, in Latin-1
 */
export function mailTypeOf(
  text: string,
  extension: string,
  mediaType: string,
): Extract<DocumentType, 'eml' | 'mhtml'> | undefined {
  const lines = text
    .replace(/^\xef\xbb\xbf/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/^\n+/, '');
  const fields = lines.replace(SEPARATOR, '').match(FIELDS)?.[0];
  if (fields === undefined) return undefined;
  const isNamedArchive = ['mht', 'mhtml'].includes(extension) || ARCHIVE_TYPE.test(mediaType);
  if (isNamedArchive || isArchive(fields)) return 'mhtml';
  if (extension === 'eml' || MAIL_TYPE.test(mediaType)) return 'eml';
  const isNamedText = TEXT_EXTENSION.test(extension) || TEXT_TYPE.test(mediaType);
  const known = MAIL_FIELDS.filter((field) => field.test(fields)).length;
  return known >= (isNamedText ? 2 : 1) ? 'eml' : undefined;
}

/** A mail's pictures can stand beside its text in the same way, but a browser sends its page to nobody. */
function isArchive(fields: string): boolean {
  const isSaved = /^from:\s*<?saved by/im.test(fields) || !/^(?:from|to|received):/im.test(fields);
  return isSaved && /^content-type:\s*multipart\/related/im.test(fields);
}

/** Whether more than one mail is in it, each behind its line; such a line can also be quoted text. */
export function isMailbox(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.toString('latin1', 0, 5) !== 'From ') return false;
  for (let at = buffer.indexOf('\nFrom '); at !== -1; at = buffer.indexOf('\nFrom ', at + 1)) {
    const next = buffer.toString('latin1', at + 1, at + 1 + 2048).replaceAll('\r', '');
    if (FIELDS.test(next.replace(SEPARATOR, ''))) return true;
  }
  return false;
}
