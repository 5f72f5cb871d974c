import { numberAs } from '../../list-number.ts';
import { childOf, childrenOf, type XmlElement } from '../xml.ts';
import { type Styles, valueIn } from './styles.ts';
import { isOn } from './word-xml.ts';

interface Level {
  readonly start: number;
  readonly format: string;
  /** Such as `%1.%2`. */
  readonly text: string;
  readonly isLegal: boolean;
  /** Whether it goes on counting below other levels. */
  readonly goesOn: boolean;
}

interface Numbering {
  readonly counted: string;
  readonly levels: ReadonlyMap<number, Level>;
  /** Where a list begins anew, by its levels. */
  readonly overrides: ReadonlyMap<number, number>;
}

const NO_BULLET = 'decimal';
const LONGEST_TEXT = 64;

/** Counts the numbers that Word shows before paragraphs (ECMA-376, part 1, 17.9). */
export class Numbers {
  readonly #styles: Styles;
  readonly #numberings: ReadonlyMap<string, Numbering>;
  readonly #levelsOfStyles: ReadonlyMap<string, number>;
  readonly #counters = new Map<string, number[]>();
  readonly #begun = new Set<string>();

  /** @param part the document's part of numberings */
  constructor(part: XmlElement | undefined, styles: Styles) {
    this.#styles = styles;
    const abstract = new Map(childrenOf(part, 'abstractNum').map((each) => [each.attributes['w:abstractNumId'], each]));
    const nums = new Map(childrenOf(part, 'num').map((each) => [each.attributes['w:numId'] ?? '', each]));
    const abstractOf = (num: XmlElement) => abstract.get(valueIn(num, 'abstractNumId'));
    const levelsOfStyles = new Map<string, number>();
    this.#numberings = new Map(
      [...nums].flatMap(([id, num]) => {
        const own = abstractOf(num);
        const link = valueIn(own, 'numStyleLink');
        const linked = childOf(styles.propertyOf(link, 'pPr', 'numPr'), 'numId')?.attributes['w:val'];
        const target = linked === undefined ? undefined : nums.get(linked);
        const found = (target && abstractOf(target)) ?? own;
        if (found === undefined) return [];
        for (const level of childrenOf(found, 'lvl')) {
          const style = valueIn(level, 'pStyle');
          if (style !== undefined) levelsOfStyles.set(`${id} ${style}`, Number(level.attributes['w:ilvl'] ?? 0));
        }
        return [[id, numberingOf(found, num)] as const];
      }),
    );
    this.#levelsOfStyles = levelsOfStyles;
  }

  /**
   * Counts a paragraph.
   *
   * @returns what stands before it, undefined for none and for a bullet
   */
  next(properties: XmlElement | undefined): string | undefined {
    const style = valueIn(properties, 'pStyle');
    const own = childOf(properties, 'numPr');
    const inherited = this.#styles.propertyOf(style, 'pPr', 'numPr');
    const id = valueIn(own, 'numId') ?? valueIn(inherited, 'numId');
    const numbering = id === undefined ? undefined : this.#numberings.get(id);
    if (id === undefined || numbering === undefined) return undefined;
    const level = Number(
      valueIn(own, 'ilvl') ?? valueIn(inherited, 'ilvl') ?? this.#levelsOfStyles.get(`${id} ${style}`) ?? 0,
    );
    const definition = numbering.levels.get(level);
    if (definition === undefined) return undefined;
    const counters = this.#count(id, numbering, level, definition);
    if (definition.format === 'bullet') return undefined;
    const text = definition.text.replace(/%([1-9])/g, (_, place: string) => {
      const referred = numbering.levels.get(Number(place) - 1);
      const number = counters[Number(place) - 1] ?? referred?.start ?? 1;
      return numberAs(number, definition.isLegal ? NO_BULLET : (referred?.format ?? NO_BULLET));
    });
    return text.trim() === '' ? undefined : text.trim();
  }

  #count(id: string, { counted, levels, overrides }: Numbering, level: number, { start }: Level): readonly number[] {
    const counters = this.#counters.get(counted) ?? [];
    this.#counters.set(counted, counters);
    const override = overrides.get(level);
    const begins = override !== undefined && !this.#begun.has(`${id} ${level}`);
    this.#begun.add(`${id} ${level}`);
    const before = counters[level];
    counters[level] = begins ? override : before === undefined ? start : before + 1;
    for (let deeper = level + 1; deeper < counters.length; deeper++)
      if (!levels.get(deeper)?.goesOn) delete counters[deeper];
    return counters;
  }
}

function numberingOf(abstract: XmlElement, num: XmlElement): Numbering {
  const levels = new Map<number, Level>();
  const overrides = new Map<number, number>();
  for (const level of childrenOf(abstract, 'lvl')) levels.set(Number(level.attributes['w:ilvl'] ?? 0), levelOf(level));
  for (const override of childrenOf(num, 'lvlOverride')) {
    const level = Number(override.attributes['w:ilvl'] ?? 0);
    const own = childOf(override, 'lvl');
    if (own) levels.set(level, levelOf(own));
    const start = Number(valueIn(override, 'startOverride') ?? Number.NaN);
    if (Number.isInteger(start)) overrides.set(level, start);
  }
  return { counted: abstract.attributes['w:abstractNumId'] ?? '', levels, overrides };
}

function levelOf(level: XmlElement): Level {
  return {
    start: Number.parseInt(valueIn(level, 'start') ?? '0', 10) || 0,
    format: valueIn(level, 'numFmt') ?? NO_BULLET,
    text: (valueIn(level, 'lvlText') ?? '').slice(0, LONGEST_TEXT),
    isLegal: isOn(childOf(level, 'isLgl')),
    goesOn: valueIn(level, 'lvlRestart') === '0',
  };
}
