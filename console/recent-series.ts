import type { Series } from './views.ts';

const SPAN_MS = 10_000;
const SPANS = 60;

/** What a line adds up: how often something happened in each span, or how much there was of it at the end of each. */
type LineKind = 'count' | 'level';

interface Line {
  readonly name: string;
  readonly kind: LineKind;
  /** The newest last. */
  readonly values: number[];
}

/** The last ten minutes in spans of ten seconds: what a chart shows, and no more is kept. Pure: the time is given, in milliseconds. */
export class RecentSeries {
  readonly #lines: readonly Line[];
  /** Number of the newest span, counted from the epoch. */
  #newest = 0;

  constructor(lines: Readonly<Record<string, LineKind>>) {
    this.#lines = Object.entries(lines).map(([name, kind]) => ({ name, kind, values: new Array(SPANS).fill(0) }));
  }

  /** Something happened; what is too old for the chart is left out. */
  count(name: string, at: number, now: number): void {
    this.#advance(now);
    const index = SPANS - 1 - (this.#newest - Math.floor(at / SPAN_MS));
    const values = this.#line(name);
    if (index in values) values[index] = (values[index] ?? 0) + 1;
  }

  /** There is so much of it from now on. */
  level(name: string, value: number, now: number): void {
    this.#advance(now);
    this.#line(name)[SPANS - 1] = value;
  }

  at(now: number): Series {
    this.#advance(now);
    const from = (this.#newest - SPANS + 1) * SPAN_MS;
    return { from, spanMs: SPAN_MS, lines: this.#lines.map(({ name, values }) => ({ name, values: [...values] })) };
  }

  #advance(now: number): void {
    const span = Math.floor(now / SPAN_MS);
    const passed = Math.min(span - this.#newest, SPANS);
    if (passed <= 0) return;
    this.#newest = span;
    for (const { kind, values } of this.#lines) {
      const last = kind === 'level' ? (values.at(-1) ?? 0) : 0;
      values.splice(0, passed);
      for (let i = 0; i < passed; i++) values.push(last);
    }
  }

  #line(name: string): number[] {
    const line = this.#lines.find((candidate) => candidate.name === name);
    if (line === undefined) throw new Error(`There is no line ${name}.`);
    return line.values;
  }
}
