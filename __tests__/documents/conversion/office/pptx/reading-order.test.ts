import fc from 'fast-check';
import { inReadingOrder, type PlacedShape } from '../../../../../documents/conversion/office/pptx/reading-order.ts';

type Rectangle = readonly [left: number, top: number, width: number, height: number];

function placed(name: string, rectangle?: Rectangle): PlacedShape {
  const shape = { name, namespace: undefined, attributes: {}, children: [], text: '' };
  if (!rectangle) return { shape, place: undefined };
  const [left, top, width, height] = rectangle;
  return { shape, place: { left, top, right: left + width, bottom: top + height } };
}

const namesOf = (shapes: readonly PlacedShape[]) => shapes.map(({ shape }) => shape.name).join(' ');

test.each<[what: string, shapes: [name: string, rectangle?: Rectangle][], order: string]>([
  [
    'what stands below comes after',
    [
      ['b', [0, 20, 10, 10]],
      ['a', [0, 0, 10, 10]],
    ],
    'a b',
  ],
  [
    'what stands at the right comes after',
    [
      ['b', [20, 0, 10, 10]],
      ['a', [0, 0, 10, 10]],
    ],
    'a b',
  ],
  [
    'what only touches comes after as well',
    [
      ['b', [0, 10, 10, 10]],
      ['a', [0, 0, 10, 10]],
    ],
    'a b',
  ],
  [
    'what overlaps stays as it is drawn',
    [
      ['b', [0, 9, 10, 10]],
      ['a', [0, 0, 10, 10]],
    ],
    'b a',
  ],
  [
    'what stands across stays as it is drawn',
    [
      ['b', [20, 20, 10, 10]],
      ['a', [0, 0, 10, 10]],
    ],
    'b a',
  ],
  [
    'what touches a column only is not below it',
    [
      ['b', [10, 20, 10, 10]],
      ['a', [0, 0, 10, 10]],
    ],
    'b a',
  ],
  [
    'what touches a row only is not at its right',
    [
      ['b', [20, 10, 10, 10]],
      ['a', [0, 0, 10, 10]],
    ],
    'b a',
  ],
  [
    'columns that are drawn one after the other are read so',
    [
      ['a', [0, 0, 10, 10]],
      ['b', [0, 20, 10, 10]],
      ['c', [20, 0, 10, 10]],
      ['d', [20, 20, 10, 10]],
    ],
    'a b c d',
  ],
  [
    'rows that are drawn one after the other are read so',
    [
      ['a', [0, 0, 10, 10]],
      ['c', [20, 0, 10, 10]],
      ['b', [0, 20, 10, 10]],
      ['d', [20, 20, 10, 10]],
    ],
    'a c b d',
  ],
  ['what has no place keeps its own', [['b', [0, 20, 10, 10]], ['x'], ['a', [0, 0, 10, 10]]], 'x a b'],
  [
    'four around a gap are read as they allow',
    [
      ['a', [10, 0, 30, 10]],
      ['b', [30, 10, 10, 30]],
      ['c', [0, 30, 30, 10]],
      ['d', [0, 0, 10, 30]],
    ],
    'd a c b',
  ],
  [
    'where each waits for the other, as only a size below nothing makes them, the first is taken',
    [
      ['b', [0, 10, 10, -10]],
      ['a', [0, 10, 10, -10]],
    ],
    'b a',
  ],
])('%s', (_, shapes, order) => {
  expect(namesOf(inReadingOrder(shapes.map(([name, rectangle]) => placed(name, rectangle))))).toBe(order);
});

test('no shape is lost or read twice, and an order that can be read is kept', () => {
  const side = fc.integer({ min: 0, max: 8 });
  const shapes = fc.array(fc.tuple(side, side, side, side), { maxLength: 8 });
  fc.assert(
    fc.property(shapes, (rectangles) => {
      const drawn = rectangles.map((rectangle, i) => placed(String(i), rectangle));
      const read = inReadingOrder(drawn);
      expect(new Set(read)).toEqual(new Set(drawn));
      expect(read).toHaveLength(drawn.length);
      expect(namesOf(inReadingOrder(read))).toBe(namesOf(read));
    }),
  );
});

test('more shapes than any slide has stay as they are drawn', () => {
  const shapes = Array.from({ length: 501 }, (_, i) => placed(String(i), [0, 1000 - i, 1, 1]));
  expect(inReadingOrder(shapes)).toEqual(shapes);
  expect(inReadingOrder(shapes.slice(1))).toEqual(shapes.slice(1).reverse());
});
