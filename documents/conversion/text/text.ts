import type { Conversion } from '../converter.ts';
import { OWN } from '../converter-versions.ts';
import { escapeMarkdown } from './escape-markdown.ts';

/** Plain text into Markdown that reads the same: its syntax escaped, its lines kept. */
export function convertText(text: string): Omit<Conversion, 'characters'> {
  const pages = text.replaceAll('\f', '\n\n');
  return { type: 'text', markdown: escapeMarkdown(pages), converter: OWN };
}

/** Markdown stays as it is. Its title is the first heading of the first level, outside code. */
export function convertMarkdown(text: string): Omit<Conversion, 'characters'> {
  const title = text
    .slice(0, 10_000)
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
    .match(/^# +(.+?)(?: +#+)?$/m)?.[1];
  return { type: 'markdown', markdown: text, converter: OWN, ...(title && { title }) };
}
