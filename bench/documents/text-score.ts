/** How near one Markdown is to another. Shares from 0 to 1; undefined where there is nothing to find. */
export interface TextScore {
  /** F1 of the words, each as often as it stands there. */
  readonly words: number;
  /** Share of the words once in both that stand in the same order. */
  readonly order: number | undefined;
  /** F1 of the cells of tables that are not empty. */
  readonly cells: number | undefined;
}

export function scoreText(markdown: string, expected: string): TextScore {
  const [ours, theirs] = [wordsOf(markdown), wordsOf(expected)];
  const cells = cellsOf(expected);
  return {
    words: f1(ours, theirs) ?? 1,
    order: sameOrder(ours, theirs),
    cells: cells.length === 0 ? undefined : f1(cellsOf(markdown), cells),
  };
}

/** Without markup, comments and the kinds of case and quotes that converters differ in. */
function wordsOf(markdown: string): string[] {
  return plain(markdown).match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

const LINK = /!?\[([^\]]*)\]\([^)]*\)/g;

function plain(markdown: string): string {
  return (
    markdown
      .replace(/<!--.*?-->/gs, ' ')
      // What is escaped is no markup.
      .replace(/\\[\\<>[\]()]/g, ' ')
      // Twice, as a picture may be a link.
      .replace(LINK, '$1')
      .replace(LINK, '$1')
      .replace(/<\/?[a-z][^>]*>/gi, ' ')
      .replace(/&(amp|lt|gt|quot|#\d+);/g, ' ')
      .normalize('NFKC')
      .toLowerCase()
  );
}

function cellsOf(markdown: string): string[] {
  const rows = markdown.split('\n').filter((line) => /^\s*\|.*\|\s*$/.test(line) && !/^[\s|:-]+$/.test(line));
  const cells = rows.flatMap((row) =>
    row
      .trim()
      .slice(1, -1)
      .split(/(?<!\\)\|/),
  );
  return cells.map((cell) => wordsOf(cell).join(' ')).filter((cell) => cell !== '');
}

function f1(found: readonly string[], wanted: readonly string[]): number | undefined {
  if (found.length + wanted.length === 0) return undefined;
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let both = 0;
  for (const word of found) {
    const count = left.get(word) ?? 0;
    if (count > 0) both++;
    left.set(word, count - 1);
  }
  return (2 * both) / (found.length + wanted.length);
}

function sameOrder(found: readonly string[], wanted: readonly string[]): number | undefined {
  const places = onceOnly(wanted);
  const once = onceOnly(found);
  const sequence = [...once.keys()].flatMap((word) => places.get(word) ?? []);
  return sequence.length === 0 ? undefined : longestRise(sequence) / sequence.length;
}

function onceOnly(words: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  const again = new Set<string>();
  words.forEach((word, i) => {
    if (places.has(word)) again.add(word);
    places.set(word, i);
  });
  return new Map([...places].filter(([word]) => !again.has(word)));
}

/** Length of the longest increasing subsequence, by patience sorting. */
function longestRise(numbers: readonly number[]): number {
  const tops: number[] = [];
  for (const number of numbers) {
    let [low, high] = [0, tops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tops[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    tops[low] = number;
  }
  return tops.length;
}
