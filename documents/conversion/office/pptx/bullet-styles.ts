import { childOf, type XmlElement } from '../xml.ts';
import type { SheetOf } from './sheets.ts';

/** What stands before a paragraph: a bullet, a number or nothing. */
export type Bullet = 'bullet' | 'number' | 'none';

export interface Placeholder {
  /** @default `obj` (ECMA-376, part 1, 19.3.1.36) */
  readonly type: string;
  readonly index: string;
}

/** Answers what stands before a paragraph that does not say it itself: its layout says it, or the master. */
export type BulletStyles = (slide: string, placeholder: Placeholder | undefined, level: number) => Bullet;

/** Body-like placeholders take the master's style for bodies; each content placeholder is one. */
const BODY_TYPES = new Set(['obj', 'body', 'subTitle', 'tbl', 'chart', 'dgm', 'media', 'clipArt', 'pic']);

export function readBulletStyles(sheetOf: SheetOf): BulletStyles {
  return (slide, placeholder, level) => {
    if (!placeholder) return 'none';
    const layout = sheetOf(slide, 'slideLayout');
    const master = layout && sheetOf(layout.part, 'slideMaster');
    const own = layout && bulletIn(placeholderStyle(layout.xml, placeholder), level);
    if (own) return own;
    if (!BODY_TYPES.has(placeholder.type)) return 'none';
    const inherited = master && bulletIn(placeholderStyle(master.xml, { type: 'body', index: '' }), level);
    return inherited ?? bulletIn(childOf(master?.xml, 'txStyles', 'bodyStyle'), level) ?? 'none';
  };
}

/** What a list style, or a paragraph's own properties, say of the bullet; undefined when nothing. */
export function bulletOf(properties: XmlElement | undefined): Bullet | undefined {
  for (const { name } of properties?.children ?? []) {
    if (name === 'buNone') return 'none';
    if (name === 'buAutoNum') return 'number';
    if (name === 'buChar' || name === 'buBlip') return 'bullet';
  }
  return undefined;
}

/** Of a list style (`a:lstStyle`), at a level from 0. */
export function bulletIn(style: XmlElement | undefined, level: number): Bullet | undefined {
  return bulletOf(childOf(style, `lvl${level + 1}pPr`));
}

/** A layout's placeholder belongs to the slide's of the same index, or else to that of the same type. */
function placeholderStyle(sheet: XmlElement, { type, index }: Placeholder): XmlElement | undefined {
  const shapes = childOf(sheet, 'cSld', 'spTree')?.children ?? [];
  const attributesOf = (shape: XmlElement) => childOf(shape, 'nvSpPr', 'nvPr', 'ph')?.attributes;
  const byIndex = index === '' ? undefined : shapes.find((shape) => attributesOf(shape)?.idx === index);
  const found = byIndex ?? shapes.find((shape) => attributesOf(shape)?.type === type);
  return childOf(found, 'txBody', 'lstStyle');
}
