import { PostProcessResult, type TranslatorConfigFactory } from 'node-html-markdown';
import { LIST_INDENT } from '../blocks.ts';

/** Begins a block that needs no line break before it: an item, a table's row, a code block. */
const BLOCK_START = /^\s*(?:[-|]|\d+\. |```)/;

/** A list's item in Markdown, with everything that belongs to it indented below its text, lines of code included. */
export const htmlListItem: TranslatorConfigFactory = ({ indentLevel = 0, listKind, listItemNumber }) => {
  const marker = listKind === 'OL' && listItemNumber !== undefined ? `${listItemNumber}.` : '-';
  return {
    prefix: `${LIST_INDENT.repeat(indentLevel)}${marker} `,
    surroundingNewlines: 1,
    postprocess: ({ content }) =>
      content.trim() === ''
        ? PostProcessResult.RemoveNode
        : indentBelow(content.trim(), LIST_INDENT.repeat(indentLevel + 1)),
  };
};

function indentBelow(content: string, indent: string): string {
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  let text = '';
  let fence: { readonly nested: boolean } | undefined;
  for (const [i, line] of lines.entries()) {
    const nested = fence ? fence.nested : line.startsWith(indent);
    const placed = i === 0 || nested ? line : indent + line;
    const next = lines[i + 1];
    if (line.trim().startsWith('```')) fence = fence ? undefined : { nested };
    const breaks = next !== undefined && !fence && !BLOCK_START.test(line) && !BLOCK_START.test(next);
    text += placed.trimEnd() + (breaks ? '  ' : '') + (next === undefined ? '' : '\n');
  }
  return text;
}
