import type { DefaultTreeAdapterTypes } from 'parse5';
import { areNearlyEqual, colorOf } from './css-color.ts';
import { ElementNames, matches, parseSelector, type Selector } from './selector.ts';

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

interface Declaration {
  readonly name: string;
  readonly value: string;
  readonly isImportant: boolean;
  /** Its rule's place among all rules: of two that are as specific, the later wins. */
  readonly order: number;
}

/** Elements that selectors may still look at, in a page and those in it. */
export interface Lookups {
  left: number;
}

interface Rule {
  readonly selector: Selector;
  /** The last of each name and importance. */
  readonly declarations: Map<string, Declaration>;
}

/** What hides or shows elements, by the key of their selectors. */
interface Rules {
  readonly byKey: ReadonlyMap<string, readonly Rule[]>;
  readonly variables: Declarations;
  readonly names: ElementNames;
  readonly lookups: Lookups;
}

export interface PageStyles {
  readonly initial: Surroundings;
  /** @returns undefined where the element is not displayed, with all that is in it */
  surroundingsIn(element: Element, around: Surroundings): Surroundings | undefined;
}

const PROPERTY =
  /^\s*(display|visibility|opacity|font-size|color|(?:-webkit-)?background(?:-color|-clip|-image)?|animation(?:-name)?|flex(?:-grow)?|min-(?:width|height)|padding(?:-[a-z]+)?|position|left|top|text-indent|clip|clip-path|transform|(?:max-)?(?:height|width)|overflow|content-visibility|filter)\s*:\s*(.*?)\s*(!.*)?$/is;
/** Those that can put text where nobody sees it, or cut it off. */
const GEOMETRY =
  /^(?:position|left|top|text-indent|clip|clip-path|transform|(?:max-)?(?:height|width)|overflow|filter)$/;
/** In pixels: no page reaches as far to the left or above itself. */
const FAR_OUTSIDE = -500;
/** Of 1. */
const LEAST_OPACITY = 0.05;
/** Of a page. Beyond them its selectors hide nothing more, so that no page takes the square of its length. */
export const MOST_LOOKUPS = 5_000_000;
const MOST_RULES_OF_KEY = 64;
const SIMPLE_SELECTOR = /^[.#]?[\w-]+$/;
/** Of what is split in one call, which nothing can end: no author writes as much. */
const LONGEST_RULE = 16_384;
const LONGEST_SHEET = 1_048_576;
/** What a rule may stand in and yet be for whoever reads a page. */
const EVERYWHERE = /^@(?:layer\b.*|media\s+(?:only\s+)?(?:screen|all))$/i;
/** Until a script shows it, many a page hides its body. */
const NEVER_HIDDEN = new Set(['html', 'body']);
/** Parts of a line, which have no width and height unless their style makes boxes of them. */
const INLINE = new Set('a abbr b cite code em font i label mark s small span strong sub sup u'.split(' '));
const CLEAR = 'transparent';

/**
 * What the `<style>` elements of a page say about hidden text: rules for tags, classes and ids, and what they stand in. A class that a longer
 * selector or a media query shows again is taken to be shown, because showing what is hidden loses nothing.
 *
 * @param sheets their text, in their order
 * @param hasForeignSheets whether it has others, which are not loaded: they may give it a background
 */
export function readStyleSheets(sheets: readonly string[], hasForeignSheets: boolean, lookups: Lookups): PageStyles {
  const all = sheets.flatMap((sheet) => [...rulesOf(sheet)]);
  const variables = variablesOf(all);
  const bySelector = new Map<string, Rule>();
  const shownAgain: ReadonlySet<string>[] = [];
  for (const [order, { selectors, conditional, text }] of all.entries()) {
    const listed = declarationsOf(text, variables, order);
    if (listed.length === 0) continue;
    const declarations = valuesOf(listed);
    for (const written of selectors.split(',').map((each) => each.trim())) {
      const selector = conditional ? undefined : parseSelector(written);
      if (selector && (SIMPLE_SELECTOR.test(written) || !shows(declarations))) {
        const rule = bySelector.get(written) ?? { selector, declarations: new Map<string, Declaration>() };
        for (const each of listed) rule.declarations.set(`${each.name} ${each.isImportant}`, each);
        bySelector.set(written, rule);
      } else if (shows(declarations)) shownAgain.push(new Set(lastCompound(written).match(/[.#]?[\w-]+/g) ?? []));
    }
  }
  const rules: Rules = {
    byKey: byKey(bySelector.values(), shownAgain),
    variables,
    names: new ElementNames(),
    lookups,
  };
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

function byKey(rules: Iterable<Rule>, shownAgain: readonly ReadonlySet<string>[]): Map<string, Rule[]> {
  const shown = new Map<string, ReadonlySet<string>[]>();
  for (const names of shownAgain)
    for (const name of names) {
      const sets = shown.get(name);
      if (sets) sets.push(names);
      else shown.set(name, [names]);
    }
  const grouped = new Map<string, Rule[]>();
  for (const rule of rules) {
    const { key, compounds } = rule.selector;
    const own = compounds[0]?.simple ?? [];
    const [rarest = []] = own.map((name) => shown.get(name) ?? []).sort((a, b) => a.length - b.length);
    if (rarest.some((names) => own.every((name) => names.has(name)))) continue;
    const ofKey = grouped.get(key) ?? [];
    if (ofKey.length < MOST_RULES_OF_KEY) ofKey.push(rule);
    grouped.set(key, ofKey);
  }
  return grouped;
}

/** Custom properties of the whole page. */
function variablesOf(rules: readonly { readonly selectors: string; readonly text: string }[]): Declarations {
  const variables: Record<string, string> = {};
  for (const { selectors, text } of rules) {
    if (!/^(?::root|html|body|\*)$/.test(selectors)) continue;
    for (const [, name = '', value = ''] of text
      .slice(0, LONGEST_RULE)
      .matchAll(/(?<![\w-])(--[\w-]+)\s*:\s*([^;]{1,64})/g))
      variables[name] = value.trim();
  }
  return variables;
}

function surroundingsIn(element: Element, around: Surroundings, rules: Rules): Surroundings | undefined {
  const { tagName, attrs } = element;
  if (attrs.length === 0 && rules.byKey.size === 0 && tagName !== 'dialog') return around;
  const declared: Record<string, string> = {};
  const attributes: Record<string, string> = {};
  for (const { name, value } of attrs) attributes[name] ??= value;
  const { hidden, open, popover, style, bgcolor, color, background } = attributes;
  const isClosed = popover !== undefined || (tagName === 'dialog' && open === undefined);
  if (hidden !== undefined || isClosed) declared.display = 'none';
  if (bgcolor) declared['background-color'] = bgcolor;
  if (background) declared['background-image'] = 'url()';
  if (color && tagName === 'font') declared.color = color;
  const ofRules = declaredFor(element, rules);
  const ofStyle = style ? declarationsOf(style, rules.variables, 0) : [];
  Object.assign(declared, valuesOf([...ofRules, ...ofStyle]));
  return inherited(declared, around, tagName);
}

/** Those of the more specific rules later. */
function declaredFor(element: Element, rules: Rules): readonly Declaration[] {
  if (rules.byKey.size === 0) return [];
  const found: { readonly specificity: number; readonly declaration: Declaration }[] = [];
  for (const name of rules.names.of(element)) {
    for (const { selector, declarations } of rules.byKey.get(name) ?? []) {
      if (!matches(selector, element, rules.names, () => rules.lookups.left-- > 0)) continue;
      for (const declaration of declarations.values()) found.push({ specificity: selector.specificity, declaration });
    }
  }
  found.sort((a, b) => a.specificity - b.specificity || a.declaration.order - b.declaration.order);
  return found.map(({ declaration }) => declaration);
}

function inherited(declared: Declarations, around: Surroundings, tagName: string): Surroundings | undefined {
  const neverHidden = NEVER_HIDDEN.has(tagName);
  const { display, opacity, visibility, 'font-size': fontSize, color } = declared;
  const isAnimated = (declared['animation-name'] ?? declared.animation ?? 'none') !== 'none';
  const isFaint = opacity !== undefined && portion(opacity) < LEAST_OPACITY && !isAnimated;
  const isHidden = display === 'none' || declared['content-visibility'] === 'hidden' || isFaint;
  if (!neverHidden && (isHidden || isOutOfSight(declared, INLINE.has(tagName)))) return undefined;
  const ownBackground = declared['background-color'] ?? declared.background;
  const hasPicture = /\(/.test(declared['background-image'] ?? '');
  const background = hasPicture
    ? undefined
    : ownBackground === undefined
      ? around.background
      : colorOf(ownBackground, around.background);
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

function isOutOfSight(declared: Declarations, isInline = false): boolean {
  const { position, left, top, overflow, clip, transform = '', filter = '' } = declared;
  const { 'text-indent': indent, 'clip-path': clipPath = '' } = declared;
  const isFar = (length: string | undefined) =>
    length !== undefined && /^-[\d.]+(?:px|em|rem|pt)?$/.test(length) && pixels(length) <= FAR_OUTSIDE;
  // What may grow or has room of its own is seen all the same.
  const hasRoom = Object.entries(declared).some(
    ([name, value]) => /^(?:flex|min-|padding)/.test(name) && /[1-9]/.test(value ?? ''),
  );
  const isLine =
    isInline && /^(?:inline)?$/.test(declared.display ?? '') && !/^(?:absolute|fixed)$/.test(position ?? '');
  const sizes =
    hasRoom || isLine ? [] : [declared.height, declared['max-height'], declared.width, declared['max-width']];
  const faintness = filter.match(/opacity\(\s*([\d.]+%?)\s*\)/)?.[1];
  return (
    isFar(indent) ||
    (/^(?:absolute|fixed)$/.test(position ?? '') && (isFar(left) || isFar(top))) ||
    (/^(?:hidden|clip)\b/.test(overflow ?? '') && sizes.some((size) => size !== undefined && isPoint(size))) ||
    /^rect\((?:\s*[01](?:px)?\s*,?){4}\)$/.test(clip ?? '') ||
    /^circle\(0(?:px|%)?\b/.test(clipPath) ||
    isWhollyInset(clipPath) ||
    (faintness !== undefined && portion(faintness) < LEAST_OPACITY) ||
    (/translate/.test(transform) && (transform.match(/-[\d.]+(?:px|r?em|pt)/g) ?? []).some(isFar)) ||
    /\bscale[xy]?\(0(?:\.0*)?\)/.test(transform)
  );
}

/** Cut from its sides until nothing is left. */
function isWhollyInset(clipPath: string): boolean {
  const shares = clipPath
    .match(/^inset\(([^)]*)\)/)?.[1]
    ?.trim()
    .split(/\s+/)
    .map(Number.parseFloat);
  if (shares === undefined || !clipPath.includes('%')) return false;
  const [top = 0, right = top, bottom = top, left = right] = shares;
  return top + bottom >= 100 || left + right >= 100;
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
function isClear({ color = '', ...others }: Declarations): boolean {
  if ([others['background-clip'], others['-webkit-background-clip']].includes('text')) return false;
  const alpha = color.match(/^(?:rgba|hsla)\(.*,\s*([\d.]+%?)\s*\)$/)?.[1] ?? color.match(/\/\s*([\d.]+%?)\s*\)$/)?.[1];
  if (alpha !== undefined) return portion(alpha) < LEAST_OPACITY;
  return /^(?:transparent|#[\da-f]{3}0|#[\da-f]{6}00)$/.test(color);
}

function isZero(length: string): boolean {
  return /^0*\.?0*(?:[a-z]+|%)?$/.test(length) && /^[.0]/.test(length);
}

function declarationsOf(text: string, variables: Declarations, order: number): Declaration[] {
  const declarations: Declaration[] = [];
  for (const declaration of text.slice(0, LONGEST_RULE).split(';')) {
    // A picture in the address of a background is long, and nothing of it is looked at.
    const [, name, value, importance] = declaration.slice(0, 256).match(PROPERTY) ?? [];
    if (name === undefined || !value) continue;
    const known = value.replace(/var\(\s*(--[\w-]+)\s*(?:,([^()]*))?\)/g, (_, variable: string, other = '') => {
      return variables[variable] ?? other.trim();
    });
    const isImportant = /^!\s*important/i.test(importance ?? '');
    declarations.push({ name: name.toLowerCase(), value: known.toLowerCase(), isImportant, order });
  }
  return declarations;
}

/** What holds among declarations, of which the later win, but for the important ones. */
function valuesOf(declarations: readonly Declaration[]): Declarations {
  const values: Record<string, string> = {};
  for (const isImportant of [false, true])
    for (const each of declarations) if (each.isImportant === isImportant) values[each.name] = each.value;
  return values;
}

function shows(declared: Declarations): boolean {
  const { display, visibility, opacity } = declared;
  return (
    (display !== undefined && display !== 'none') ||
    visibility === 'visible' ||
    declared['content-visibility'] === 'visible' ||
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
  const open: { readonly selectors: string; readonly conditional: boolean }[] = [];
  let start = 0;
  for (const { 0: brace, index } of css.matchAll(/[{}]/g)) {
    const text = css.slice(start, index);
    start = index + 1;
    if (brace === '{') {
      const around = open.at(-1);
      const conditional = around !== undefined && (around.conditional || !EVERYWHERE.test(around.selectors));
      open.push({ selectors: text.slice(text.lastIndexOf(';') + 1).trim(), conditional });
    } else {
      const { selectors = '', conditional = false } = open.pop() ?? {};
      if (selectors && !selectors.startsWith('@')) yield { selectors, conditional, text };
    }
  }
}
