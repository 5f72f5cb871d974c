import type { Conversion } from '../converter.ts';
import { OWN } from '../converter-versions.ts';
import { escapeMarkdown } from './escape-markdown.ts';

/** Plain text into Markdown that reads the same: its syntax escaped, its lines kept. */
export function convertText(text: string): Omit<Conversion, 'characters'> {
  const pages = text.replaceAll('\f', '\n\n');
  return { type: 'text', markdown: escapeMarkdown(pages), converter: OWN };
}
