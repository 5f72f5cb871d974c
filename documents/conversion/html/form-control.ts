import { linesOf } from './html-block.ts';
import { attributeOf, type HtmlElement, textIn } from './html-tree.ts';

/** Kinds of `<input>` whose value is not to be seen. */
const SILENT = new Set(['hidden', 'file', 'password', 'color']);

/** What is filled in, line by line; a box that may be ticked as Markdown writes it. */
export function filledIn(control: HtmlElement): string[] {
  if (control.name === 'select') return [chosenOptions(control).map(textIn).join(', ')];
  if (control.name === 'textarea') return linesOf(textIn(control));
  const type = attributeOf(control, 'type')?.trim().toLowerCase() ?? 'text';
  if (SILENT.has(type)) return [];
  if (type === 'checkbox' || type === 'radio') return [attributeOf(control, 'checked') === undefined ? '[ ]' : '[x]'];
  return [attributeOf(control, type === 'image' ? 'alt' : 'value') ?? ''];
}

/** What a gauge shows that has no text of its own: `3/10`. */
export function gaugeText(gauge: HtmlElement): string {
  const [value, most] = ['value', 'max'].map((name) => attributeOf(gauge, name));
  return [value, ...(value === undefined || most === undefined ? [] : [most])].join('/');
}

/** A box that drops down shows its first option where none is chosen. */
function chosenOptions(select: HtmlElement): HtmlElement[] {
  const options = optionsOf(select);
  const chosen = options.filter((option) => attributeOf(option, 'selected') !== undefined);
  if (attributeOf(select, 'multiple') !== undefined) return chosen;
  const isList = Number.parseInt(attributeOf(select, 'size') ?? '1', 10) > 1;
  return chosen.length > 0 || isList ? chosen.slice(-1) : options.slice(0, 1);
}

function optionsOf({ children }: HtmlElement): HtmlElement[] {
  return children.flatMap((child) =>
    typeof child === 'string' ? [] : child.name === 'option' ? [child] : optionsOf(child),
  );
}
