import { encodingNamed } from '../text/decode-text.ts';

/** HTML Living Standard, 13.2.3.2: encoding sniffing. */
const PRESCANNED_BYTES = 1024;

interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** The encoding that a page declares in its first 1,024 bytes (HTML Living Standard, 13.2.3.2: prescan a byte stream). */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  const length = Math.min(bytes.byteLength, PRESCANNED_BYTES);
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
  for (let at = 0; at < head.length; at++) {
    if (head[at] !== '<') continue;
    const rest = head.slice(at, at + 6);
    if (rest.startsWith('<!--')) at = endOf(head, '-->', at + 2) + 2;
    else if (/^<meta[\s/]/i.test(rest)) {
      const scanner = new AttributeScanner(head, at + 5);
      const encoding = encodingOfMeta(scanner.rest());
      if (encoding !== undefined) return encoding;
      at = scanner.at;
    } else if (/^<\/?[a-z]/i.test(rest)) {
      const scanner = new AttributeScanner(head, at + head.slice(at).search(/[\s>]|$/));
      scanner.rest();
      at = scanner.at;
    } else if (/^<[!/?]/.test(rest)) at = endOf(head, '>', at);
  }
  const xml = head.match(/^<\?xml[^>]*?\sencoding\s*=\s*(["'])(.+?)\1/)?.[2];
  return xml === undefined ? undefined : asRead(xml);
}

function encodingOfMeta(attributes: readonly Attribute[]): string | undefined {
  const valueNamed = (wanted: string) => attributes.find(({ name }) => name === wanted)?.value;
  const charset = valueNamed('charset');
  if (charset !== undefined) return asRead(charset);
  if (valueNamed('http-equiv')?.toLowerCase() !== 'content-type') return undefined;
  const content = valueNamed('content')?.match(/charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;"']+))/i);
  return content ? asRead(content[1] ?? content[2] ?? content[3] ?? '') : undefined;
}

/** A declaration that can be read in ASCII is no UTF-16. */
function asRead(label: string): string | undefined {
  if (label.trim().toLowerCase() === 'x-user-defined') return 'windows-1252';
  const encoding = encodingNamed(label);
  return encoding?.startsWith('utf-16') ? 'utf-8' : encoding;
}

function endOf(head: string, mark: string, from: number): number {
  const found = head.indexOf(mark, from);
  return found === -1 ? head.length : found;
}

/** The standard's "get an attribute", until there is none. */
class AttributeScanner {
  readonly #head: string;
  at: number;

  constructor(head: string, at: number) {
    this.#head = head;
    this.at = at;
  }

  rest(): Attribute[] {
    const attributes: Attribute[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) attributes.push(next);
    return attributes;
  }

  #next(): Attribute | undefined {
    this.#skip(/[\s/]/);
    if (this.at >= this.#head.length || this.#head[this.at] === '>') return undefined;
    const start = this.at++;
    while (this.at < this.#head.length && !/[\s/>=]/.test(this.#head[this.at] as string)) this.at++;
    const name = this.#head.slice(start, this.at).toLowerCase();
    this.#skip(/\s/);
    if (this.#head[this.at] !== '=') return { name, value: '' };
    this.at++;
    this.#skip(/\s/);
    return { name, value: this.#value() };
  }

  #value(): string {
    const quote = this.#head[this.at];
    if (quote === '"' || quote === "'") {
      const end = endOf(this.#head, quote, this.at + 1);
      const value = this.#head.slice(this.at + 1, end);
      this.at = end + 1;
      return value;
    }
    const start = this.at;
    while (this.at < this.#head.length && !/[\s>]/.test(this.#head[this.at] as string)) this.at++;
    return this.#head.slice(start, this.at);
  }

  #skip(signs: RegExp): void {
    while (this.at < this.#head.length && signs.test(this.#head[this.at] as string)) this.at++;
  }
}
