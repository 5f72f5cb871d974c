import type { Segment } from './segment.ts';
import type { TextRun } from './text-run.ts';

/** In font sizes: how far an annotation's text may be off the line that it belongs to. */
const SAME_LINE = 0.7;
/** The state of a check box or a radio button. */
const TICK = /^\[[x ]\]$/;
/** Drawn for a pen, or a viewer, to write on. */
const RULE = /(?:[_.…]\s?){3,}/;

/** Puts what annotations show among a page's own text: a value behind its label, a tick beside what it is about. */
export function withAnnotations(segments: readonly Segment[], runs: readonly TextRun[]): Segment[] {
  const placed = [...segments];
  // In the order of reading, so that the second of a line finds the first.
  for (const run of [...runs].sort((a, b) => a.y - b.y || a.x - b.x)) place(placed, run);
  return placed;
}

function place(placed: Segment[], { text, x: left, width, y, size }: TextRun): void {
  const right = left + width;
  const own: Segment = { text, left, right, y, size, isField: true };
  const line = placed.filter((other) => Math.abs(other.y - y) < SAME_LINE * Math.max(size, other.size));
  const under = line.find((other) => other.left < right - 1 && other.right > left + 1);
  if (under) {
    // What is drawn there as well, when a form was printed onto its page.
    if (!under.text.includes(text)) replace(placed, under, written(under, own));
    return;
  }
  const before = line.filter((other) => other.right <= left + 1).reduce(later, undefined);
  const after = line.filter((other) => other.left >= right - 1).reduce(earlier, undefined);
  if (TICK.test(text) && (before || after)) {
    const isNearerAfter = after && (!before || TICK.test(before.text) || after.left - right <= left - before.right);
    if (isNearerAfter) replace(placed, after, { ...after, text: `${text} ${after.text}`, left });
    else if (before) replace(placed, before, { ...before, text: `${before.text} ${text}`, right });
    return;
  }
  if (before && /[:：?]$/.test(before.text)) {
    replace(placed, before, { ...before, text: `${before.text} ${text}`, right });
  } else if (before) {
    placed.splice(placed.indexOf(before) + 1, 0, { ...own, y: before.y });
  } else if (after) {
    placed.splice(placed.indexOf(after), 0, { ...own, y: after.y });
  } else {
    placed.splice(placeAlone(placed, own), 0, own);
  }
}

/** On a rule if there is one, else behind what is under it. */
function written(under: Segment, own: Segment): Segment {
  const left = Math.min(under.left, own.left);
  const right = Math.max(under.right, own.right);
  const onRule = under.text.replace(RULE, ` ${own.text} `).replace(/\s+/g, ' ').trim();
  if (onRule !== under.text && RULE.test(under.text)) return { ...under, text: onRule, left, right };
  const text = own.left < under.left ? `${own.text} ${under.text}` : `${under.text} ${own.text}`;
  return { ...under, text, left, right };
}

/** Behind what stands above it in its own column, else before what is below. */
function placeAlone(placed: readonly Segment[], own: Segment): number {
  const above = placed
    .filter((other) => other.y < own.y && other.left < own.right && other.right > own.left)
    .reduce<Segment | undefined>((lowest, other) => (lowest && lowest.y > other.y ? lowest : other), undefined);
  if (above) return placed.indexOf(above) + 1;
  const below = placed.findIndex((other) => other.y > own.y);
  return below < 0 ? placed.length : below;
}

function replace(placed: Segment[], old: Segment, by: Segment): void {
  placed[placed.indexOf(old)] = { ...by, isField: true };
}

function later(last: Segment | undefined, other: Segment): Segment {
  return last && last.right > other.right ? last : other;
}

function earlier(first: Segment | undefined, other: Segment): Segment {
  return first && first.left < other.left ? first : other;
}
