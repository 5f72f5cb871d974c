import { childOf, childrenOf, type XmlElement } from '../xml.ts';
import { isOn } from './word-xml.ts';

/** Styles inherit from each other; a file may make a circle of them. */
const LONGEST_CHAIN = 32;
/** Half points: smaller letters are none (Word's own least size is 1 point). */
const LEAST_SIZE = 2;
/** Of 255: nobody sees less. */
const SAME_COLOR = 6;
const HIGHLIGHTS: Readonly<Record<string, string>> = { white: 'ffffff', black: '000000', yellow: 'ffff00' };

export interface Styles {
  /** A property that a style has, or inherits: of its paragraphs or of its runs. */
  propertyOf(style: string | undefined, kind: 'pPr' | 'rPr', name: string): XmlElement | undefined;
  /** Whether nobody sees a run of text: hidden, in the colour of what is behind it, or without size. */
  hides(run: RunPlace): boolean;
}

export interface RunPlace {
  /** The run's own properties. */
  readonly run: XmlElement | undefined;
  readonly paragraph: XmlElement | undefined;
  /** The colour around the paragraph, in six hexadecimal digits; undefined where it is not known, as in a drawn box. */
  readonly background: string | undefined;
}

/** @param part the document's part of styles */
export function readStyles(part: XmlElement | undefined): Styles {
  const styles = new Map<string, XmlElement>();
  for (const style of childrenOf(part, 'style')) {
    const id = style.attributes['w:styleId'];
    if (id !== undefined && !styles.has(id)) styles.set(id, style);
  }
  const propertyOf: Styles['propertyOf'] = (id, kind, name) => {
    let style = id === undefined ? undefined : styles.get(id);
    for (let i = 0; style !== undefined && i < LONGEST_CHAIN; i++) {
      const found = childOf(style, kind, name);
      if (found) return found;
      style = styles.get(childOf(style, 'basedOn')?.attributes['w:val'] ?? '');
    }
    return undefined;
  };
  const ofRun = ({ run, paragraph }: RunPlace, name: string) =>
    childOf(run, name) ??
    propertyOf(valueIn(run, 'rStyle'), 'rPr', name) ??
    propertyOf(valueIn(paragraph, 'pStyle'), 'rPr', name);
  return {
    propertyOf,
    hides(place) {
      if (isOn(ofRun(place, 'vanish'))) return true;
      const size = Number(ofRun(place, 'sz')?.attributes['w:val'] ?? LEAST_SIZE + 1);
      if (size <= LEAST_SIZE) return true;
      const color = colorOf(ofRun(place, 'color')?.attributes['w:val']);
      if (color === undefined) return false;
      const behind = [
        ofRun(place, 'shd'),
        ofRun(place, 'highlight'),
        childOf(place.paragraph, 'shd'),
        propertyOf(valueIn(place.paragraph, 'pStyle'), 'pPr', 'shd'),
      ].find((shade) => shade !== undefined && isColored(shade));
      const background = behind === undefined ? place.background : shadeOf(behind);
      return background !== undefined && isNearly(color, background);
    },
  };
}

export function valueIn(properties: XmlElement | undefined, name: string): string | undefined {
  return childOf(properties, name)?.attributes['w:val'];
}

/** The colour that a property fills its place with (`w:shd`, `w:highlight`); undefined for what is not known here. */
export function shadeOf({ name, attributes }: XmlElement): string | undefined {
  if (name === 'highlight') return HIGHLIGHTS[attributes['w:val'] ?? ''];
  return /^(?:clear|nil)$/.test(attributes['w:val'] ?? 'clear') ? colorOf(attributes['w:fill']) : undefined;
}

/** Whether a shade covers what is behind it. */
function isColored({ name, attributes }: XmlElement): boolean {
  if (name === 'highlight') return attributes['w:val'] !== 'none';
  return !/^(?:clear|nil)$/.test(attributes['w:val'] ?? 'clear') || !/^auto$/i.test(attributes['w:fill'] ?? 'auto');
}

function colorOf(value: string | undefined): string | undefined {
  return value !== undefined && /^[\da-f]{6}$/i.test(value) ? value : undefined;
}

function isNearly(a: string, b: string): boolean {
  return [0, 2, 4].every((at) => {
    const difference = Number.parseInt(a.slice(at, at + 2), 16) - Number.parseInt(b.slice(at, at + 2), 16);
    return Math.abs(difference) <= SAME_COLOR;
  });
}
