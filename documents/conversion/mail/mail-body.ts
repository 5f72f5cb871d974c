import { UnconvertibleDocumentError } from '../converter.ts';
import { convertHtml } from '../html/html.ts';
import { declaredCharset } from '../html/prescan.ts';
import { countWords, piecesOf } from '../long-text.ts';
import { readText } from '../text/read-text.ts';
import { convertText } from '../text/text.ts';
import { headMarkdown } from './mail-head.ts';
import { type MimeBudget, type MimePart, partContent, readMimePart, trimmedMail } from './mime-part.ts';

/** Mails within mails, each forwarded in the next. */
const MOST_MAILS_DEEP = 8;
const MAIL = /^message\/(?:rfc822|global|news)$/;
/** Written for programs, and yet they say in words what became of a mail. */
const REPORT = /^(?:message\/(?:delivery-status|disposition-notification|feedback-report)|text\/rfc822-headers)$/;
const SIGNATURE = /^application\/(?:x-)?(?:pkcs7|pgp)-signature$/;
const ENCRYPTED = /^(?:multipart\/encrypted|application\/(?:x-)?pkcs7-mime)$/;
/** Besides what is written for programs. */
const OTHER_TEXT = /^text\/(?!calendar|css|directory|javascript|rtf|(?:x-)?vcard|x-amp-html|xml)/;
const NO_BOUNDARY = 'Parts of the mail cannot be told apart, and were read as text.';

/** A file in a mail. */
export interface MailFile {
  readonly name: string;
  readonly type: string;
}

/** What the parts of a mail say, one after the other. */
export class MailBody {
  readonly files: MailFile[] = [];
  /** What is missing, a sentence each. */
  readonly remarks = new Set<string>();
  isEncrypted = false;
  hasPages = false;
  /** Of the first part that is a page. */
  title: string | undefined;
  readonly #budget: MimeBudget;
  readonly #mailsDeep: number;
  readonly #sections: string[] = [];

  /** @param budget what reading the mail has left of it, for mails within it */
  constructor(budget: MimeBudget, mailsDeep = 1) {
    this.#budget = budget;
    this.#mailsDeep = mailsDeep;
  }

  get markdown(): string {
    return this.#sections.join('\n\n');
  }

  /** @throws UnconvertibleDocumentError `too-large` */
  async add(part: MimePart): Promise<void> {
    if (part.headerIsGuessed) this.remarks.add('The header of the mail declares no encoding: it was read by a guess.');
    if (part.hasTextOutside) this.remarks.add('Text before or behind the parts of the mail was left out.');
    if (ENCRYPTED.test(part.type) && part.parameters.get('smime-type')?.toLowerCase() !== 'signed-data')
      this.isEncrypted = true;
    else if (part.type === 'multipart/alternative') await this.#addOneOf(part.parts);
    else if (part.parts.length > 0) for (const inner of part.parts) await this.add(inner);
    else await this.#addLeaf(part);
  }

  /** Forms of the same text, the best one last (RFC 2046, 5.1.4). Markup is better than none, but may show pictures alone. */
  async #addOneOf(forms: readonly MimePart[]): Promise<void> {
    const bodies: MailBody[] = [];
    let best: MailBody | undefined;
    for (const form of [...forms].reverse().sort((a, b) => Number(hasPage(b)) - Number(hasPage(a)))) {
      // A single part that is no file is nothing but its form; others hold files as well.
      if (best && form.parts.length === 0 && !form.isAttachment && form.filename === undefined) continue;
      const body = new MailBody(this.#budget, this.#mailsDeep);
      await body.add(form);
      bodies.push(body);
      if (countWords(body.markdown) > 0) best ??= body;
    }
    this.#take(best ?? bodies.find(({ markdown }) => markdown !== ''));
    for (const { files } of bodies) for (const file of files) this.files.push(file);
  }

  async #addLeaf(part: MimePart): Promise<void> {
    if (REPORT.test(part.type)) await this.#addText(part);
    else if (MAIL.test(part.type)) await this.#addMail(part);
    else if (SIGNATURE.test(part.type)) return;
    else if (isPage(part)) await this.#addPage(part);
    else if (isText(part)) await this.#addText(part);
    else this.#addFile(part);
  }

  #addFile({ filename, type }: MimePart): void {
    this.files.push({ name: filename?.trim() || type, type });
  }

  async #addText(part: MimePart): Promise<void> {
    const text = await this.#textOf(part);
    if (!text?.trim()) return;
    if (part.type.startsWith('multipart/')) this.remarks.add(NO_BOUNDARY);
    this.#sections.push(convertText(isFlowed(part) ? unflowed(text) : text).markdown.trim());
  }

  async #addPage(part: MimePart): Promise<void> {
    const text = await this.#textOf(part);
    if (!text?.trim()) return;
    const { markdown, title, partial = [] } = convertHtml(text);
    this.hasPages = true;
    this.title ??= title;
    for (const remark of partial) this.remarks.add(remark);
    if (markdown.trim() !== '') this.#sections.push(markdown.trim());
  }

  async #addMail(part: MimePart): Promise<void> {
    if (this.#mailsDeep === MOST_MAILS_DEEP) return this.#addFile(part);
    const mail = readMimePart(trimmedMail(partContent(part)), this.#budget);
    const body = new MailBody(this.#budget, this.#mailsDeep + 1);
    await body.add(mail);
    const head = headMarkdown(mail, this.#mailsDeep + 1);
    if (head !== '' || body.markdown !== '') this.#sections.push('---');
    if (head !== '') this.#sections.push(head);
    this.#take(body);
    for (const file of body.files) this.files.push(file);
  }

  #take(body: MailBody | undefined): void {
    if (body === undefined) return;
    for (const section of body.#sections) this.#sections.push(section);
    for (const remark of body.remarks) this.remarks.add(remark);
    this.isEncrypted ||= body.isEncrypted;
    this.hasPages ||= body.hasPages;
    this.title ??= body.title;
  }

  /** What makes one part unreadable costs that part. */
  async #textOf(part: MimePart): Promise<string | undefined> {
    const bytes = partContent(part);
    const charset = part.parameters.get('charset');
    const source = {
      bytes,
      filename: '',
      contentType: charset === undefined ? part.type : `${part.type}; charset="${charset}"`,
    };
    try {
      const { text, remarks } = await readText(source, isPage(part) ? declaredCharset(bytes) : undefined);
      for (const remark of remarks) this.remarks.add(remark);
      return text;
    } catch (error) {
      if (!(error instanceof UnconvertibleDocumentError) || error.reason !== 'corrupt') throw error;
      this.remarks.add('A text of the mail has binary data in it, and was left out.');
      return undefined;
    }
  }
}

function hasPage(part: MimePart): boolean {
  return isPage(part) || part.parts.some(hasPage);
}

function isPage({ type, isAttachment }: MimePart): boolean {
  return !isAttachment && /^(?:text\/html|application\/xhtml\+xml)$/.test(type);
}

/** Text whose kind is not known is plain text (RFC 2046, 4.1.4), and so are parts that cannot be told apart. */
function isText({ type, isAttachment, filename }: MimePart): boolean {
  if (isAttachment) return false;
  return /^(?:text(?:\/plain)?|multipart\/.*|)$/.test(type) || (filename === undefined && OTHER_TEXT.test(type));
}

function isFlowed({ parameters }: MimePart): boolean {
  return /^flowed$/i.test(parameters.get('format') ?? '');
}

/** Lines that end in a space go on in the next (RFC 3676, 4): paragraphs again, but for the line before a signature, and quotations. */
function unflowed(text: string): string {
  let paragraphs = '';
  for (const piece of piecesOf(text))
    paragraphs += piece.replace(/(?<=^|\n) /g, '').replace(/(?<!(?:^|\n)--) \n(?![\n>]|-- \n)/g, ' ');
  return paragraphs;
}
