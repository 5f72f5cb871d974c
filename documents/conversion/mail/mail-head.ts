import { type Address, addressParser, decodeWords } from 'postal-mime';
import { type Block, blocksToMarkdown } from '../blocks.ts';
import { inOneLine } from '../long-text.ts';
import type { MimePart } from './mime-part.ts';

/** What a reader of a mail wants to know first, in the order of mail programs. Of addresses all, of others the text as it is. */
const SHOWN = ['From', 'Reply-To', 'To', 'Cc', 'Bcc', 'Date'] as const;
const DEEPEST_HEADING = 6;

/** Its subject as a heading, then who wrote it to whom and when. */
export function headMarkdown(mail: MimePart, level: number): string {
  const subject = subjectOf(mail);
  const heading: Block[] =
    subject === '' ? [] : [{ kind: 'heading', level: Math.min(level, DEEPEST_HEADING), text: subject }];
  const items = SHOWN.flatMap((name): Block[] => {
    const value = fieldOf(mail, name.toLowerCase());
    const text = name === 'Date' ? inOneLine(value) : addressesIn(value);
    return text === '' ? [] : [{ kind: 'item', depth: 0, marker: '-', text: `${name}: ${text}` }];
  });
  return blocksToMarkdown([...heading, ...items]);
}

export function subjectOf(mail: MimePart): string {
  return inOneLine(decodeWords(fieldOf(mail, 'subject')));
}

/** The name of who wrote it, or else the address. */
export function authorOf(mail: MimePart): string | undefined {
  const [from] = addressParser(fieldOf(mail, 'from'), { flatten: true });
  return from && (from.name || from.address);
}

function addressesIn(field: string): string {
  return inOneLine(addressParser(field).map(addressInWords).join(', '));
}

function addressInWords({ name, address, group }: Address): string {
  if (group) return group.length === 0 ? name : `${name}: ${group.map(addressInWords).join(', ')}`;
  if (!address) return name;
  return name ? `${name} <${address}>` : address;
}

function fieldOf(mail: MimePart, name: string): string {
  return mail.fields.get(name) ?? '';
}
