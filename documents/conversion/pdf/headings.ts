import type { Box } from './box.ts';

/** Times the size of running text: what is set larger may be a heading. */
const LARGER = 1.12;
const MOST_CHARACTERS = 200;
const MOST_LINES = 3;
/** Sizes closer than this are one size: programs round differently. */
const SAME_SIZE = 0.06;
const DEEPEST = 6;

/**
 * Learns a document's headings from its font sizes: sizes above that of the running text which set only short boxes, the largest
 * first.
 *
 * @returns the level of a box, 1 to 6, or undefined for running text
 */
export function learnHeadings(boxes: readonly Box[]): (box: Box) => number | undefined {
  const ofText = boxes.filter((box) => !isField(box));
  const running = runningSize(boxes);
  const sizes: { size: number; prose: boolean }[] = [];
  for (const box of [...ofText].sort((a, b) => b.size - a.size)) {
    if (box.size < running * LARGER) break;
    const last = sizes.at(-1);
    const same = last && last.size - box.size < SAME_SIZE * last.size;
    const entry = same ? last : { size: box.size, prose: false };
    if (!same) sizes.push(entry);
    entry.prose ||= characters(box) > MOST_CHARACTERS || box.lines.length > MOST_LINES;
  }
  const headings = sizes.filter(({ prose }) => !prose).map(({ size }) => size);
  return (box) => {
    if (isField(box) || box.size < running * LARGER || !/\p{L}/u.test(box.lines[0]?.text ?? '')) return undefined;
    const level = headings.findIndex((size) => box.size <= size && size - box.size < SAME_SIZE * size) + 1;
    return level === 0 ? undefined : Math.min(level, DEEPEST);
  };
}

/** What was filled in is as large as its field. */
function isField({ lines }: Box): boolean {
  return lines[0]?.isField === true;
}

/** The size that sets most characters. */
function runningSize(boxes: readonly Box[]): number {
  const count = new Map<number, number>();
  for (const box of boxes) {
    const size = Math.round(box.size * 2) / 2;
    count.set(size, (count.get(size) ?? 0) + characters(box));
  }
  return [...count].reduce((most, entry) => (entry[1] > most[1] ? entry : most), [Number.POSITIVE_INFINITY, 0])[0];
}

function characters(box: Box): number {
  return box.lines.reduce((sum, { text }) => sum + text.length, 0);
}
