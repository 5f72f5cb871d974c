import { childOf, type XmlElement } from '../xml.ts';
import { isHidden } from './shapes.ts';

/** Where a shape stands on its slide, in English Metric Units from its top left corner. */
export interface ShapePlace {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface PlacedShape {
  readonly shape: XmlElement;
  /** Undefined where its layout says it. */
  readonly place: ShapePlace | undefined;
}

/** From a group's own coordinates to those of the slide. */
type ToSlide = (place: ShapePlace) => ShapePlace;

/** Each is compared with each other one; no slide that people read has as many. */
const MOST_SHAPES = 500;

/**
 * The shapes of a slide as they are read; groups are opened. Of content that is given twice, for newer and older programs, the first
 * is taken (ECMA-376, part 3, 10.2.1).
 */
export function shapesOf(slide: XmlElement): XmlElement[] {
  return inReadingOrder(placedShapesOf(childOf(slide, 'cSld', 'spTree'), (place) => place)).map(({ shape }) => shape);
}

/**
 * The order of the file is that of drawing, which is mostly that of reading. It gives way where it cannot be: what stands below another
 * shape, or at its right, comes after it.
 */
export function inReadingOrder(shapes: readonly PlacedShape[]): PlacedShape[] {
  if (shapes.length > MOST_SHAPES) return [...shapes];
  /** How many shapes each still waits for. */
  const waiting = new Map(
    shapes.map((shape) => [shape, shapes.filter((other) => comesBefore(other.place, shape.place)).length]),
  );
  const ordered: PlacedShape[] = [];
  while (waiting.size > 0) {
    const free = [...waiting].find(([, others]) => others === 0);
    // Where each waits for another one, the file decides.
    const [next] = free ?? ([...waiting][0] as [PlacedShape, number]);
    waiting.delete(next);
    ordered.push(next);
    for (const [shape, others] of waiting) if (comesBefore(next.place, shape.place)) waiting.set(shape, others - 1);
  }
  return ordered;
}

function comesBefore(a: ShapePlace | undefined, b: ShapePlace | undefined): boolean {
  if (!a || !b) return false;
  const isAbove = a.bottom <= b.top && a.left < b.right && b.left < a.right;
  const isLeft = a.right <= b.left && a.top < b.bottom && b.top < a.bottom;
  return isAbove || isLeft;
}

function placedShapesOf(container: XmlElement | undefined, toSlide: ToSlide): PlacedShape[] {
  return (container?.children ?? []).flatMap((child) => {
    switch (child.name) {
      case 'grpSp':
        if (isHidden(child)) return [{ shape: child, place: undefined }];
        return placedShapesOf(child, insideOf(child, toSlide));
      case 'AlternateContent':
        return placedShapesOf(childOf(child, 'Choice') ?? childOf(child, 'Fallback'), toSlide);
      case 'sp':
      case 'pic':
      case 'graphicFrame':
      case 'contentPart': {
        const place = placeOf(childOf(child, 'spPr', 'xfrm') ?? childOf(child, 'xfrm'), 'off', 'ext');
        return [{ shape: child, place: place && toSlide(place) }];
      }
      default:
        return [];
    }
  });
}

/** A group stretches what is inside from one rectangle to another (ECMA-376, part 1, 20.1.7.5). */
function insideOf(group: XmlElement, toSlide: ToSlide): ToSlide {
  const transform = childOf(group, 'grpSpPr', 'xfrm');
  const outer = placeOf(transform, 'off', 'ext');
  const inner = placeOf(transform, 'chOff', 'chExt');
  if (!outer || !inner) return toSlide;
  const scale = (from: number, to: number) => (from > 0 ? to / from : 1);
  const across = scale(inner.right - inner.left, outer.right - outer.left);
  const down = scale(inner.bottom - inner.top, outer.bottom - outer.top);
  return ({ left, top, right, bottom }) =>
    toSlide({
      left: outer.left + across * (left - inner.left),
      right: outer.left + across * (right - inner.left),
      top: outer.top + down * (top - inner.top),
      bottom: outer.top + down * (bottom - inner.top),
    });
}

function placeOf(transform: XmlElement | undefined, offset: string, extent: string): ShapePlace | undefined {
  const { x, y } = childOf(transform, offset)?.attributes ?? {};
  const { cx, cy } = childOf(transform, extent)?.attributes ?? {};
  const [left, top, width, height] = [x, y, cx, cy].map((number) => Number(number ?? Number.NaN)) as [
    number,
    number,
    number,
    number,
  ];
  const place = { left, top, right: left + width, bottom: top + height };
  return Object.values(place).every(Number.isFinite) ? place : undefined;
}
