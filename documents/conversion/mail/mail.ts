import { type Conversion, UnconvertibleDocumentError } from '../converter.ts';
import { PARSE5, POSTAL_MIME } from '../converter-versions.ts';
import { languageTag } from '../document-properties.ts';
import { fileList } from '../file-list.ts';
import { requireBearable } from '../limits.ts';
import { MailBody, type MailFile } from './mail-body.ts';
import { authorOf, headMarkdown, subjectOf } from './mail-head.ts';
import { newMimeBudget, readMimePart, trimmedMail } from './mime-part.ts';

/** What makes a page look as it does, and says nothing. */
const LOOKS = /^(?:image|font|audio|video)\/|^text\/css$|javascript|font/;

const nameOf = ({ name }: MailFile) => name;

/**
 * A mail into Markdown: its subject as a heading, who wrote it to whom and when, then its text, of several forms the one with markup, and
 * mails within it below theirs. `partial` names the files in it, pictures included.
 *
 * @throws UnconvertibleDocumentError `encrypted`, `unsupported` or `too-large`
 */
export async function convertMail(bytes: Uint8Array): Promise<Omit<Conversion, 'characters'>> {
  const budget = newMimeBudget();
  const mail = readMimePart(trimmedMail(bytes), budget);
  const body = new MailBody(budget);
  await body.add(mail);
  const { files, isEncrypted, hasPages } = body;
  if (isEncrypted && body.markdown === '') {
    throw new UnconvertibleDocumentError('encrypted', 'The mail is encrypted; save it decrypted.');
  }
  const markdown = `${headMarkdown(mail, 1)}\n\n${body.markdown}`.trim();
  requireBearable(markdown.length);
  if (markdown === '' && files.length > 0) {
    const message = `The mail has no text, only files, which are not converted: ${fileList(files.map(nameOf))}.`;
    throw new UnconvertibleDocumentError('unsupported', message);
  }
  const [title, author, language] = [subjectOf(mail), authorOf(mail), languageTag(mail.fields.get('content-language'))];
  const partial = [
    ...body.remarks,
    ...(isEncrypted ? ['An encrypted part of the mail was left out.'] : []),
    ...(files.length > 0 ? [`Files within the mail are not converted: ${fileList(files.map(nameOf))}.`] : []),
  ];
  return {
    type: 'eml',
    markdown,
    converter: hasPages ? `${POSTAL_MIME} ${PARSE5}` : POSTAL_MIME,
    ...(title && { title }),
    ...(author && { author }),
    ...(language && { language }),
    ...(partial.length > 0 && { partial }),
  };
}

/**
 * A page that a browser saved with all that it shows (RFC 2557) into Markdown: the page, then those in its frames.
 *
 * @throws UnconvertibleDocumentError `too-large`
 */
export async function convertWebArchive(bytes: Uint8Array): Promise<Omit<Conversion, 'characters'>> {
  const budget = newMimeBudget();
  const archive = readMimePart(trimmedMail(bytes), budget);
  const body = new MailBody(budget);
  await body.add(archive);
  const { markdown, title = subjectOf(archive) } = body;
  requireBearable(markdown.length);
  const files = body.files.filter(({ type }) => !LOOKS.test(type));
  const partial = [
    ...body.remarks,
    ...(files.length > 0 ? [`Files within the page are not converted: ${fileList(files.map(nameOf))}.`] : []),
  ];
  return {
    type: 'mhtml',
    markdown,
    converter: PARSE5,
    ...(title && { title }),
    ...(partial.length > 0 && { partial }),
  };
}
