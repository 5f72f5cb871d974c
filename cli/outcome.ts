import { textTable } from './terminal-text.ts';

/** How a document ended, as `npm start` reports it. */
export interface DocumentOutcome {
  /** The file's name. */
  readonly document: string;
  /** Undefined where it was not handed in. */
  readonly documentId?: string | undefined;
  readonly status: 'COMPLETED' | 'FAILED';
  readonly attempts: number;
  /** From the upload to the outcome. */
  readonly seconds: number;
  /** Path of the Markdown; null when there is none. */
  readonly markdown: string | null;
  /** Path of the extracted fields; undefined where none are extracted. */
  readonly fields?: string | undefined;
  /** Path of what a model answered that was not accepted. @default it was, or none was asked */
  readonly rejectedAnswer?: string | undefined;
  /** Why it failed; null when it did not. */
  readonly reason: string | null;
  readonly pages?: number | undefined;
  readonly characters?: number | undefined;
  /** Whether something is missing in the Markdown; the JSON beside it says what. @default it is whole */
  readonly partial?: boolean | undefined;
}

/** One line for programs. */
export function outcomeJson(outcome: DocumentOutcome): string {
  const { document, status, attempts, seconds, markdown, fields, partial, rejectedAnswer, reason } = outcome;
  const extras = { ...(fields && { fields }), ...(partial && { partial }), ...(rejectedAnswer && { rejectedAnswer }) };
  return JSON.stringify({ document, status, attempts, seconds, markdown, ...extras, reason });
}

const HEADINGS = ['Document', 'Status', 'Attempts', 'Seconds', 'Size', 'Result'];
const RIGHT_ALIGNED = new Set([2, 3, 4]);

/** A table for people, with a row for each document. */
export function outcomeTable(outcomes: readonly DocumentOutcome[]): string {
  const rows = outcomes.map(({ document, status, attempts, seconds, reason, ...result }) => [
    document,
    status,
    String(attempts),
    seconds.toFixed(1),
    sizeOf(result),
    [result.markdown, result.fields].filter(Boolean).join(', ') || (reason ?? ''),
  ]);
  return textTable(HEADINGS, rows, RIGHT_ALIGNED);
}

function sizeOf({ pages, characters, partial }: Pick<DocumentOutcome, 'pages' | 'characters' | 'partial'>): string {
  const size =
    pages !== undefined ? count(pages, 'page') : characters !== undefined ? count(characters, 'character') : '';
  return partial ? `${size}, partial` : size;
}

function count(number: number, unit: string): string {
  return `${number.toLocaleString('en')} ${unit}${number === 1 ? '' : 's'}`;
}
