import type { DefaultTreeAdapterTypes } from 'parse5';

type Element = DefaultTreeAdapterTypes.Element;

/** What one element must be: its tag, classes and id, each as a selector writes them. */
type Compound = readonly string[];

/** A selector of CSS that says no more than tags, classes, ids, and in what they stand (Selectors Level 4, 15.1 and 15.2). */
export interface Selector {
  /** From the element itself outward. */
  readonly compounds: readonly { readonly simple: Compound; readonly isChild: boolean }[];
  /** What of the element is looked for first. */
  readonly key: string;
  readonly specificity: number;
}

const SIMPLE = /[.#]?[\w-]+/g;
const COMPOUND = /^[\w-]*(?:[.#][\w-]+)*$/;
/** Selectors that go through more of what is around an element are rarely meant. */
const MOST_COMPOUNDS = 8;

/** @returns undefined for a selector that says more */
export function parseSelector(text: string): Selector | undefined {
  const written = text.trim().replace(/\s+/g, ' ').replace(/ ?> ?/g, ' >');
  const compounds = written
    .split(/\s+/)
    .reverse()
    .map((part) => ({ simple: part.replace('>', '').match(SIMPLE) ?? [], isChild: part.startsWith('>'), part }));
  const isPlain = compounds.every(({ part, simple }) => COMPOUND.test(part.replace(/^>/, '')) && simple.length > 0);
  if (!isPlain || compounds.length > MOST_COMPOUNDS) return undefined;
  const all = compounds.flatMap(({ simple }) => simple);
  const [own = []] = compounds.map(({ simple }) => simple);
  return {
    compounds,
    key: own.find((simple) => simple.startsWith('#')) ?? own.find((simple) => simple.startsWith('.')) ?? own[0] ?? '',
    specificity: all.reduce((sum, simple) => sum + (simple[0] === '#' ? 10_000 : simple[0] === '.' ? 100 : 1), 0),
  };
}

/** The names of an element as selectors write them: those of each are made once. */
export class ElementNames {
  readonly #known = new WeakMap<Element, ReadonlySet<string>>();

  of(element: Element): ReadonlySet<string> {
    const known = this.#known.get(element);
    if (known) return known;
    const names = new Set([element.tagName]);
    for (const { name, value } of element.attrs) {
      if (name === 'id') names.add(`#${value}`);
      else if (name === 'class') for (const each of value.slice(0, LONGEST_CLASSES).split(/\s+/)) names.add(`.${each}`);
    }
    this.#known.set(element, names);
    return names;
  }
}

/** Of an attribute, in UTF-16 code units: what is split in one call, which nothing can end. */
const LONGEST_CLASSES = 16_384;

/**
 * Whether a selector is meant for an element. Where one compound fits several elements around it, the innermost is taken.
 *
 * @param mayLookAt counts what is looked at; once false, the rest is taken not to fit
 */
export function matches(
  { compounds }: Selector,
  element: Element,
  names: ElementNames,
  mayLookAt: () => boolean,
): boolean {
  let at: Element | undefined = element;
  for (const [i, { simple }] of compounds.entries()) {
    const inner = compounds[i - 1];
    const fits = (candidate: Element) => simple.every((name) => names.of(candidate).has(name));
    if (i > 0) at = parentOf(at as Element);
    while (at && i > 0 && !inner?.isChild && !fits(at) && mayLookAt()) at = parentOf(at);
    if (!at || !mayLookAt() || !fits(at)) return false;
  }
  return true;
}

function parentOf({ parentNode }: Element): Element | undefined {
  return parentNode && 'tagName' in parentNode ? parentNode : undefined;
}
