import { startsItem } from './list-marks.ts';
import type { Rule } from './rules.ts';
import { joinLines, segmentsOf } from './segment.ts';
import type { TextRun } from './text-run.ts';

/** A table whose cells are drawn. */
export interface RuledTable {
  /** A cell that spans some of the columns or rows stands in each of them. */
  readonly rows: readonly (readonly string[])[];
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The text in it. */
  readonly runs: ReadonlySet<TextRun>;
}

/** In points: lines that are nearer to each other are one. */
const NEAR = 3;
/** In points: how far two lines may be from crossing; a table in a cell is further from the cell's own lines. */
const CROSSING = 1.5;
/** More cells are a drawing's. */
const MOST_CELLS = 5000;
/** In UTF-16 code units: longer ones are parts of a page. */
const LONGEST_CELL = 800;
/** In font sizes: the middle of letters above their baseline. */
const MIDDLE_OF_LETTERS = 0.3;
/** In font sizes: below a baseline, where no letter reaches. */
const BELOW_LETTERS = 0.3;
/** Fewer are two cells of two lines. */
const FEWEST_CELLS = 6;

interface Grid {
  /** The edges of columns and rows. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly rules: readonly Rule[];
}

/**
 * The tables that lines enclose cell by cell, and that have text in several rows and columns. Of a table in another's cell the text is that
 * cell's.
 */
export function ruledTables(rules: readonly Rule[], runs: readonly TextRun[]): RuledTable[] {
  const tables = connected(rules).flatMap((group) => {
    const upright = group.filter((rule) => rule.upright);
    const level = group.filter((rule) => !rule.upright);
    if (upright.length === 0 || level.length === 0) return [];
    // Many a table is open at its sides: there it ends where its lines do.
    const xs = edges([...upright.map(({ at }) => at), ...endsOf(level)]);
    const ys = edges([...level.map(({ at }) => at), ...endsOf(upright)]);
    if (xs.length < 3 || ys.length < 3 || xs.length * ys.length > MOST_CELLS) return [];
    if (goesOn(xs, ys, rules, new Set(group))) return [];
    const grid = withRowsOfText(withRowsOfPieces({ xs, ys, rules: group }), runs);
    return tableOf(grid, runs) ?? [];
  });
  return tables.filter((table) => !tables.some((other) => other !== table && isInside(table, other)));
}

function isInside(inner: RuledTable, outer: RuledTable): boolean {
  return (
    inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom
  );
}

/** Groups of lines that touch each other. */
function connected(rules: readonly Rule[]): Rule[][] {
  const upright = rules.filter((rule) => rule.upright).sort((a, b) => a.at - b.at);
  const level = rules.filter((rule) => !rule.upright);
  const groups = new Map<Rule, Rule[]>(rules.map((rule) => [rule, [rule]]));
  const join = (a: Rule, b: Rule) => {
    const [one, other] = [groups.get(a) as Rule[], groups.get(b) as Rule[]];
    if (one === other) return;
    const [larger, smaller] = one.length > other.length ? [one, other] : [other, one];
    for (const rule of smaller) {
      larger.push(rule);
      groups.set(rule, larger);
    }
  };
  for (const rule of level) {
    for (const other of upright) {
      if (other.at > rule.to + CROSSING) break;
      const reaches = other.at >= rule.from - CROSSING;
      const crosses = reaches && rule.at >= other.from - CROSSING && rule.at <= other.to + CROSSING;
      if (crosses) join(rule, other);
    }
  }
  // Some programs draw the lines between columns row by row.
  upright.forEach((rule, i) => {
    for (let j = i + 1; (upright[j]?.at ?? Number.POSITIVE_INFINITY) - rule.at <= CROSSING; j++) {
      const other = upright[j] as Rule;
      if (Math.abs(rule.to - other.from) <= CROSSING || Math.abs(other.to - rule.from) <= CROSSING) join(rule, other);
    }
  });
  return [...new Set(groups.values())];
}

/** Whether the lines between columns go on above or below: then rows there have no lines between them, and the table is more than this. */
function goesOn(
  xs: readonly number[],
  ys: readonly number[],
  rules: readonly Rule[],
  group: ReadonlySet<Rule>,
): boolean {
  const [top = 0, bottom = 0] = [ys[0], ys.at(-1)];
  return rules.some(
    (rule) =>
      rule.upright &&
      !group.has(rule) &&
      (Math.abs(rule.from - bottom) <= NEAR || Math.abs(rule.to - top) <= NEAR) &&
      xs.some((x) => Math.abs(rule.at - x) <= NEAR),
  );
}

function endsOf(rules: readonly Rule[]): number[] {
  const [from, to] = [rules.map((rule) => rule.from), rules.map((rule) => rule.to)];
  return [from.reduce((a, b) => Math.min(a, b)), to.reduce((a, b) => Math.max(a, b))];
}

/** Those that are near each other together. */
function edges(lines: readonly number[]): number[] {
  const places: number[] = [];
  for (const at of [...lines].sort((a, b) => a - b)) {
    if (at - (places.at(-1) ?? Number.NEGATIVE_INFINITY) > NEAR) places.push(at);
  }
  return places;
}

/** Where the lines between several columns end and begin again, a row ends, although no line is drawn below it. */
function withRowsOfPieces(grid: Grid): Grid {
  const ends = new Map<number, Set<number>>();
  for (const { upright, at, from, to } of grid.rules) {
    if (!upright) continue;
    const column = grid.xs.findIndex((x) => Math.abs(x - at) <= NEAR);
    for (const end of [from, to]) {
      if (grid.ys.some((y) => Math.abs(y - end) <= NEAR)) continue;
      const place = Math.round(end / CROSSING);
      const columns = [place - 1, place, place + 1].map((near) => ends.get(near)).find((each) => each) ?? new Set();
      ends.set(place, columns.add(column));
    }
  }
  const between = [...ends].flatMap(([place, columns]) => (columns.size > 1 ? place * CROSSING : []));
  return between.length === 0 ? grid : withRows(grid, between);
}

/** With rows that no line separates. */
function withRows(grid: Grid, between: readonly number[]): Grid {
  const [from, to] = [grid.xs[0] as number, grid.xs.at(-1) as number];
  return {
    ...grid,
    ys: edges([...grid.ys, ...between]),
    rules: [...grid.rules, ...between.map((at) => ({ upright: false, at, from, to }))],
  };
}

/** Many a table has a line below its head and none between its rows: there each line of text is a row, if every column has it. */
function withRowsOfText(grid: Grid, runs: readonly TextRun[]): Grid {
  const [, head = 0, bottom = 0] = grid.ys;
  if (grid.ys.length !== 3) return grid;
  const columns = new Map<number, TextRun[]>();
  for (const run of runs) {
    const column = placeIn(grid.xs, middleOfStart(run));
    if (column === undefined || run.y <= head || run.y >= bottom || run.text.trim() === '') continue;
    const others = columns.get(column);
    if (others) others.push(run);
    else columns.set(column, [run]);
  }
  const lines = [...columns.values()].map((own) =>
    [...new Set(own.map(({ y }) => Math.round(y)))].sort((a, b) => a - b),
  );
  const [first = []] = lines;
  const areRows = lines.every(
    (others) => others.length === first.length && others.every((y, i) => Math.abs(y - (first[i] as number)) <= 1),
  );
  if (!areRows || first.length < 2 || lines.length * first.length < FEWEST_CELLS) return grid;
  const size = runs.find(({ y }) => Math.round(y) === first[0])?.size ?? 0;
  const between = first.slice(0, -1).map((y) => y + BELOW_LETTERS * size);
  return withRows(grid, between);
}

function middleOfStart({ x, width, size }: TextRun): number {
  return x + Math.min(width, size) / 2;
}

function tableOf(grid: Grid, runs: readonly TextRun[]): RuledTable | undefined {
  const [columns, rows] = [grid.xs.length - 1, grid.ys.length - 1];
  const cellOf = mergedCells(grid);
  if (!areRectangles(cellOf, columns)) return undefined;
  const inCells = new Map<number, TextRun[]>();
  for (const run of runs) {
    const column = placeIn(grid.xs, middleOfStart(run));
    const row = placeIn(grid.ys, run.y - MIDDLE_OF_LETTERS * run.size);
    if (column === undefined || row === undefined) continue;
    const cell = cellOf[row * columns + column] as number;
    const others = inCells.get(cell);
    if (others) others.push(run);
    else inCells.set(cell, [run]);
  }
  const texts = new Map([...inCells].map(([cell, own]) => [cell, textOf(own)]));
  const filled = [...texts].flatMap(([cell, text]) => (text === '' ? [] : [cell]));
  const areSeveral = (places: readonly number[]) => new Set(places).size > 1;
  if (
    !areSeveral(filled.map((cell) => cell % columns)) ||
    !areSeveral(filled.map((cell) => Math.floor(cell / columns)))
  )
    return undefined;
  if ([...texts.values()].some(({ length }) => length > LONGEST_CELL)) return undefined;
  const table = Array.from({ length: rows }, (_, row) => {
    const cells = cellOf.slice(row * columns, (row + 1) * columns);
    // Across the whole table it is a title, and stands there once.
    const isTitle = cells.every((cell) => cell === cells[0]);
    return cells.map((cell, column) => (isTitle && column > 0 ? '' : (texts.get(cell) ?? '')));
  });
  return {
    rows: table.filter((row) => row.some((text) => text !== '')),
    left: grid.xs[0] as number,
    right: grid.xs[columns] as number,
    top: grid.ys[0] as number,
    bottom: grid.ys[rows] as number,
    runs: new Set([...inCells.values()].flat()),
  };
}

/** For each cell of the grid, row by row, the first of those that no line separates it from. */
function mergedCells({ xs, ys, rules }: Grid): number[] {
  const [columns, rows] = [xs.length - 1, ys.length - 1];
  const first = Array.from({ length: columns * rows }, (_, cell) => cell);
  const rootOf = (cell: number): number => {
    let root = cell;
    while (first[root] !== root) root = first[root] as number;
    return root;
  };
  const isDrawn = (upright: boolean, at: number, middle: number) =>
    rules.some(
      (rule) => rule.upright === upright && Math.abs(rule.at - at) <= NEAR && rule.from <= middle && rule.to >= middle,
    );
  const join = (a: number, b: number) => {
    const [one, other] = [rootOf(a), rootOf(b)];
    first[Math.max(one, other)] = Math.min(one, other);
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      const [x, y] = [middleOf(xs, column), middleOf(ys, row)];
      if (column + 1 < columns && !isDrawn(true, xs[column + 1] as number, y)) join(cell, cell + 1);
      if (row + 1 < rows && !isDrawn(false, ys[row + 1] as number, x)) join(cell, cell + columns);
    }
  }
  return first.map((_, cell) => rootOf(cell));
}

/** Others come from lines that cross a table without being its. */
function areRectangles(cellOf: readonly number[], columns: number): boolean {
  const bounds = new Map<number, { left: number; right: number; bottom: number; count: number }>();
  cellOf.forEach((cell, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const known = bounds.get(cell) ?? { left: column, right: column, bottom: row, count: 0 };
    known.left = Math.min(known.left, column);
    known.right = Math.max(known.right, column);
    known.bottom = row;
    known.count++;
    bounds.set(cell, known);
  });
  return [...bounds].every(([cell, { left, right, bottom, count }]) => {
    const rows = bottom - Math.floor(cell / columns) + 1;
    return cell % columns === left && count === (right - left + 1) * rows;
  });
}

function middleOf(edgesOf: readonly number[], place: number): number {
  return ((edgesOf[place] as number) + (edgesOf[place + 1] as number)) / 2;
}

function placeIn(edgesOf: readonly number[], at: number): number | undefined {
  const next = edgesOf.findIndex((edge) => edge > at);
  return next < 1 ? undefined : next - 1;
}

/** A line for each item; others go on. */
function textOf(runs: readonly TextRun[]): string {
  const paragraphs: string[][] = [];
  for (const { text } of segmentsOf(runs)) {
    if (paragraphs.length === 0 || startsItem(text)) paragraphs.push([text]);
    else paragraphs.at(-1)?.push(text);
  }
  return paragraphs.map(joinLines).join('\n');
}
