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
  /^\s*(display|visibility|opacity|font-size|color|(?:-webkit-)?background(?:-color|-clip)?|position|left|top|text-indent|clip|clip-path|transform|(?:max-)?height|overflow)\s*:\s*(.*?)\s*(?:!.*)?$/is;
/** Those that can put text where nobody sees it, or cut it off. */
const GEOMETRY = /^(?:position|left|top|text-indent|clip|clip-path|transform|(?:max-)?height|overflow)$/;
/** In pixels: no page reaches as far to the left or above itself. */
const FAR_OUTSIDE = -500;
/** Of 1; and of 255 the difference of two colours. */
const LEAST_OPACITY = 0.05;
const SAME_COLOR = 6;
const SIMPLE_SELECTOR = /^[.#]?[\w-]+$/;
/** Of what is split in one call, which nothing can end: no author writes as much. */
const LONGEST_RULE = 16_384;
const LONGEST_SHEET = 1_048_576;
/** Until a script shows it, many a page hides its body. */
const NEVER_HIDDEN = new Set(['html', 'body']);
const CLEAR = 'transparent';
const NAMED_COLORS: Declarations = { white: '#ffffff', black: '#000000' };

/**
 * What the `<style>` elements of a page say about hidden text: rules for one tag, class or id. A class that a longer selector or a media query
 * shows again is taken to be shown, because showing what is hidden loses nothing.
 *
 * @param sheets their text, in their order
 * @param hasForeignSheets whether it has others, which are not loaded: they may give it a background
 */
export function readStyleSheets(sheets: readonly string[], hasForeignSheets: boolean): PageStyles {
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
  const { display, opacity, visibility, 'font-size': fontSize, color } = declared;
  const isFaint = opacity !== undefined && portion(opacity) < LEAST_OPACITY;
  if (!neverHidden && (display === 'none' || isFaint || isOutOfSight(declared))) return undefined;
  const ownBackground = declared['background-color'] ?? declared.background;
  const background = ownBackground === undefined ? around.background : colorOf(ownBackground, around.background);
  return {
    color: isClear(declared) ? CLEAR : color === undefined ? around.color : colorOf(color, around.color),
    background,
    fontSizeZero:
      fontSize === undefined || /^[\d.]+(?:em|%)$/.test(fontSize)
        ? around.fontSizeZero || (fontSize !== undefined && isZero(fontSize))
        : isPoint(fontSize),
    invisible: visibility === undefined || neverHidden ? around.invisible : /^(?:hidden|collapse)$/.test(visibility),
  };
}

/** @returns whether a reader sees text that stands there */
export function isVisible({ color, background, fontSizeZero, invisible }: Surroundings): boolean {
  return !fontSizeZero && !invisible && color !== CLEAR && !areNearlyEqual(color, background);
}

function isOutOfSight(declared: Declarations): boolean {
  const { position, left, top, overflow, clip, transform, 'text-indent': indent, 'clip-path': clipPath } = declared;
  const isFar = (length: string | undefined) =>
    length !== undefined && /^-[\d.]+(?:px|em|rem|pt)?$/.test(length) && pixels(length) <= FAR_OUTSIDE;
  const heights = [declared.height, declared['max-height']];
  return (
    isFar(indent) ||
    (/^(?:absolute|fixed)$/.test(position ?? '') && (isFar(left) || isFar(top))) ||
    (/^(?:hidden|clip)\b/.test(overflow ?? '') && heights.some((height) => height !== undefined && isPoint(height))) ||
    /^rect\((?:\s*[01](?:px)?\s*,?){4}\)$/.test(clip ?? '') ||
    /^(?:inset\((?:50|100)%\)|circle\(0(?:px|%)?\))$/.test(clipPath ?? '') ||
    /\bscale[xy]?\(0(?:\.0*)?\)/.test(transform ?? '')
  );
}

function pixels(length: string): number {
  const number = Number.parseFloat(length);
  return /em$/.test(length) ? number * 16 : number;
}

/** Nothing, or a pixel. */
function isPoint(length: string): boolean {
  return isZero(length) || /^(?:1|0?\.\d+)p[xt]$/.test(length);
}

function portion(value: string): number {
  return Number.parseFloat(value) / (value.endsWith('%') ? 100 : 1);
}

/** Letters without a colour, unless it is a picture behind them that fills them. */
function isClear(declared: Declarations): boolean {
  const isFilled = [declared['background-clip'], declared['-webkit-background-clip']].includes('text');
  return (
    !isFilled && /^(?:transparent|rgba\(.*,\s*0(?:\.0*)?\)|#[\da-f]{3}0|#[\da-f]{6}00)$/.test(declared.color ?? '')
  );
}

function areNearlyEqual(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a === b) return true;
  if (!/^#[\da-f]{6}$/.test(a) || !/^#[\da-f]{6}$/.test(b)) return false;
  return [1, 3, 5].every((at) => {
    const difference = Number.parseInt(a.slice(at, at + 2), 16) - Number.parseInt(b.slice(at, at + 2), 16);
    return Math.abs(difference) <= SAME_COLOR;
  });
}

function isZero(length: string): boolean {
  return /^0*\.?0*(?:[a-z]+|%)?$/.test(length) && /^[.0]/.test(length);
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

function shows(declared: Declarations): boolean {
  const { display, visibility, opacity } = declared;
  return (
    (display !== undefined && display !== 'none') ||
    visibility === 'visible' ||
    (opacity !== undefined && portion(opacity) >= LEAST_OPACITY) ||
    (Object.keys(declared).some((name) => GEOMETRY.test(name)) && !isOutOfSight(declared))
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
