import type { DefaultTreeAdapterTypes } from 'parse5';

type Element = DefaultTreeAdapterTypes.Element;

/** What text inherits from the elements around it. */
export interface Surroundings {
  /** `undefined` where it is not known, as behind a picture. */
  readonly color: string | undefined;
  readonly background: string | undefined;
  readonly fontSizeZero: boolean;
  readonly invisible: boolean;
}

/** Those that hide text or show it, by their names. */
type Declarations = Readonly<Record<string, string>>;

interface Rule {
  /** Its place among all rules: the later wins. */
  readonly order: number;
  readonly declarations: Declarations;
}

export interface PageStyles {
  readonly initial: Surroundings;
  /** @returns undefined where the element is not displayed, with all that is in it */
  surroundingsIn(element: Element, around: Surroundings): Surroundings | undefined;
}

const PROPERTY =
  /^\s*(display|visibility|opacity|font-size|color|background|background-color)\s*:\s*(.*?)\s*(?:!.*)?$/is;
const SIMPLE_SELECTOR = /^[.#]?[\w-]+$/;
/** Of what is split in one call, which nothing can end: no author writes as much. */
const LONGEST_RULE = 16_384;
const LONGEST_SHEET = 1_048_576;
/** Until a script shows it, many a page hides its body. */
const NEVER_HIDDEN = new Set(['html', 'body']);
const NAMED_COLORS: Declarations = { white: '#ffffff', black: '#000000' };

/**
 * What the `<style>` elements of a page say about hidden text: rules for one tag, class or id. A class that a longer selector or a media query
 * shows again is taken to be shown, because showing what is hidden loses nothing.
 *
 * @param sheets their text, in their order
 * @param hasForeignSheets whether it has others, which are not loaded: they may give it a background
 */
export function readStyles(sheets: readonly string[], hasForeignSheets: boolean): PageStyles {
  const rules = new Map<string, Rule>();
  const shownAgain = new Set<string>();
  let order = 0;
  for (const sheet of sheets) {
    for (const { selectors, conditional, text } of rulesOf(sheet)) {
      const declarations = declarationsOf(text);
      if (Object.keys(declarations).length === 0) continue;
      for (const selector of selectors.split(',').map((each) => each.trim())) {
        if (SIMPLE_SELECTOR.test(selector) && !conditional) {
          const before = rules.get(selector)?.declarations;
          rules.set(selector, { order: order++, declarations: { ...before, ...declarations } });
        } else if (shows(declarations)) {
          for (const part of lastCompound(selector).match(/[.#]?[\w-]+/g) ?? []) shownAgain.add(part);
        }
      }
    }
  }
  for (const selector of shownAgain) rules.delete(selector);
  return {
    initial: {
      color: '#000000',
      background: hasForeignSheets ? undefined : '#ffffff',
      fontSizeZero: false,
      invisible: false,
    },
    surroundingsIn: (element, around) => surroundingsIn(element, around, rules),
  };
}

function surroundingsIn(
  { tagName, attrs }: Element,
  around: Surroundings,
  rules: ReadonlyMap<string, Rule>,
): Surroundings | undefined {
  if (attrs.length === 0 && rules.size === 0 && tagName !== 'dialog') return around;
  const declared: Record<string, string> = {};
  const attributes: Record<string, string> = {};
  for (const { name, value } of attrs) attributes[name] ??= value;
  const { hidden, open, class: classes = '', id, style, bgcolor, color } = attributes;
  if (hidden !== undefined || (tagName === 'dialog' && open === undefined)) declared.display = 'none';
  if (bgcolor) declared['background-color'] = bgcolor;
  if (color && tagName === 'font') declared.color = color;
  Object.assign(declared, rules.get(tagName)?.declarations);
  if (rules.size > 0) {
    const ofClasses = classes
      .slice(0, LONGEST_RULE)
      .split(/\s+/)
      .flatMap((name) => rules.get(`.${name}`) ?? []);
    for (const rule of ofClasses.sort((a, b) => a.order - b.order)) Object.assign(declared, rule.declarations);
    Object.assign(declared, rules.get(`#${id}`)?.declarations);
  }
  if (style) Object.assign(declared, declarationsOf(style));
  return inherited(declared, around, NEVER_HIDDEN.has(tagName));
}

function inherited(declared: Declarations, around: Surroundings, neverHidden: boolean): Surroundings | undefined {
  const { display, opacity, visibility, 'font-size': fontSize, color, background } = declared;
  if (!neverHidden && (display === 'none' || (opacity !== undefined && Number.parseFloat(opacity) === 0)))
    return undefined;
  const backgroundColor = declared['background-color'] ?? background;
  return {
    color: color === undefined ? around.color : colorOf(color, around.color),
    background: backgroundColor === undefined ? around.background : colorOf(backgroundColor, around.background),
    fontSizeZero:
      fontSize === undefined || /^[\d.]+(?:em|%)$/.test(fontSize)
        ? around.fontSizeZero || isZero(fontSize)
        : isZero(fontSize),
    invisible: visibility === undefined || neverHidden ? around.invisible : /^(?:hidden|collapse)$/.test(visibility),
  };
}

/** @returns whether a reader sees text that stands there */
export function isVisible({ color, background, fontSizeZero, invisible }: Surroundings): boolean {
  return !fontSizeZero && !invisible && (color === undefined || color !== background);
}

function isZero(length: string | undefined): boolean {
  return length !== undefined && /^0*\.?0*(?:[a-z]+|%)?$/.test(length) && /^[.0]/.test(length);
}

/** @returns in six hexadecimal digits or as its name, `undefined` for what is no plain colour */
function colorOf(declared: string, around: string | undefined): string | undefined {
  const value = declared.toLowerCase();
  if (/^(?:inherit|transparent|none|unset|initial)$/.test(value)) return around;
  const rgb = value.match(/^rgb\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)$/);
  if (rgb) return `#${[rgb[1], rgb[2], rgb[3]].map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`;
  if (/^#[\da-f]{3}$/.test(value)) return value.replace(/[\da-f]/g, '$&$&');
  return /^(?:#[\da-f]{6}|[a-z]+)$/.test(value) ? (NAMED_COLORS[value] ?? value) : undefined;
}

function declarationsOf(text: string): Declarations {
  const declarations: Record<string, string> = {};
  for (const declaration of text.slice(0, LONGEST_RULE).split(';')) {
    // A picture in the address of a background is long, and nothing of it is looked at.
    const [, name, value] = declaration.slice(0, 256).match(PROPERTY) ?? [];
    if (name !== undefined && value) declarations[name.toLowerCase()] = value.toLowerCase();
  }
  return declarations;
}

function shows({ display, visibility, opacity }: Declarations): boolean {
  return (
    (display !== undefined && display !== 'none') ||
    visibility === 'visible' ||
    (opacity !== undefined && Number.parseFloat(opacity) > 0)
  );
}

function lastCompound(selector: string): string {
  return selector.slice(Math.max(...[' ', '>', '+', '~'].map((combinator) => selector.lastIndexOf(combinator))) + 1);
}

function* rulesOf(sheet: string): Generator<{ selectors: string; conditional: boolean; text: string }> {
  const css = sheet
    .slice(0, LONGEST_SHEET)
    .split('*/')
    .map((part) => part.split('/*', 1)[0])
    .join('');
  const open: string[] = [];
  let start = 0;
  for (const { 0: brace, index } of css.matchAll(/[{}]/g)) {
    const text = css.slice(start, index);
    start = index + 1;
    if (brace === '{') open.push(text.slice(text.lastIndexOf(';') + 1).trim());
    else {
      const selectors = open.pop();
      if (selectors && !selectors.startsWith('@')) yield { selectors, conditional: open.length > 0, text };
    }
  }
}
