import type { StackGrant, StackPart, StackView } from '../views.ts';
import { counted, lastPart } from './format.ts';

const WIDTH = 960;
const BOX = 350;
const LINE = 20;
const GAP = 14;
/** Characters of a name that fit into a box. */
const FITTING = 46;

interface Box {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly y: number;
  readonly height: number;
  /** Of what is granted on it. */
  readonly grants: readonly StackGrant[];
}

/** Who may do what to what: a line for each grant, from its holder to what it is on. The table below says the same. */
export function GrantsPicture({ view: { parts, grants } }: { view: StackView }) {
  const on = boxesOf(
    parts,
    inOrder(
      grants.map((grant) => grant.on),
      parts,
    ),
    (id) => grants.filter((grant) => grant.on === id),
  );
  const height = bottomOf(on);
  const holders = boxesOf(
    parts,
    inOrder(
      grants.map(({ member }) => member),
      parts,
    ),
    () => [],
    height,
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard
    <section class="scroll" aria-label="Picture of the grants" tabIndex={0}>
      <svg
        class="grants"
        viewBox={`0 0 ${WIDTH} ${Math.max(height, bottomOf(holders))}`}
        role="img"
        aria-label={said(grants)}
      >
        {on.flatMap((box) =>
          box.grants.map((grant, index) => {
            const from = holders.find(({ id }) => id === grant.member);
            return from && <path key={`${grant.member} ${grant.role} ${grant.on}`} d={curve(from, box, index)} />;
          }),
        )}
        {holders.map((box) => (
          <BoxOf key={box.id} box={box} x={0} />
        ))}
        {on.map((box) => (
          <BoxOf key={box.id} box={box} x={WIDTH - BOX} />
        ))}
      </svg>
    </section>
  );
}

function said(grants: readonly StackGrant[]): string {
  return `${counted(grants.length, 'grant')}, listed in the table below`;
}

/** Each once, as the parts stand, then the others. */
function inOrder(ids: readonly string[], parts: readonly StackPart[]): string[] {
  const known = parts.map(({ id }) => id).filter((id) => ids.includes(id));
  return [...new Set([...known, ...ids])];
}

/** @param height to spread them over. @default as close as they can stand */
function boxesOf(
  parts: readonly StackPart[],
  ids: readonly string[],
  grantsOn: (id: string) => readonly StackGrant[],
  height = 0,
): Box[] {
  let y = 1;
  const spread = Math.max(0, height / ids.length - (LINE + 12));
  return ids.map((id) => {
    const grants = grantsOn(id);
    const { name = lastPart(id), kind = '' } = parts.find((part) => part.id === id) ?? {};
    const box = {
      id,
      name,
      kind,
      y: y + (height > 0 ? spread / 2 : 0),
      height: LINE * (1 + grants.length) + 12,
      grants,
    };
    y += box.height + (height > 0 ? spread : GAP);
    return box;
  });
}

function bottomOf(boxes: readonly Box[]): number {
  const last = boxes.at(-1);
  return last === undefined ? 0 : last.y + last.height + 2;
}

/** From the middle of a holder to the line of one grant. */
function curve(from: Box, to: Box, index: number): string {
  const [y1, y2] = [from.y + from.height / 2, to.y + LINE * (index + 1) + 14];
  const [x1, x2] = [BOX, WIDTH - BOX];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2 - 6} ${y2}m-6 -4l6 4l-6 4`;
}

function BoxOf({ box: { name, kind, y, height, grants }, x }: { box: Box; x: number }) {
  return (
    <g>
      <rect x={x + 1} y={y} width={BOX - 2} height={height} rx="6" />
      <text class="holder" x={x + 10} y={y + 20}>
        {name.length > FITTING ? `${name.slice(0, FITTING - 1)}…` : name}
        <title>{name}</title>
      </text>
      {grants.length > 0 && (
        <text class="kind" x={x + BOX - 10} y={y + LINE + 18}>
          {kind}
        </text>
      )}
      {grants.map(({ member, role }, index) => (
        <text key={`${member} ${role}`} x={x + 10} y={y + LINE * (index + 1) + 18}>
          {role.replace('roles/', '')}
        </text>
      ))}
    </g>
  );
}
