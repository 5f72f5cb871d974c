import { attributeOf, type HtmlElement, type HtmlNode, textIn } from '../../html/html-tree.ts';

/** A number as Markdown's own lists write it. */
const DECIMAL = /^\(?(\d{1,9})[.):]?$/;

/**
 * Puts what this project adds to mammoth's HTML where it belongs: the number of a paragraph (`<data>`) becomes that of its list item, or
 * stands before its text where it is no decimal (`1.2`, `(a)`, `§ 4`) or the paragraph is no item; in the place of an embedded part
 * (`<output>`) stands its content.
 */
export function placed(element: HtmlElement, embedded: readonly (readonly HtmlNode[])[]): HtmlElement {
  const children = element.children.flatMap((child): HtmlNode[] => {
    if (typeof child === 'string') return [child];
    if (child.name === 'output') return [...(embedded[Number(textIn(child))] ?? [])];
    return [placed(child, embedded)];
  });
  if (element.name === 'ol') return list(element, children);
  if (element.name === 'li') return { ...element, children };
  const [number] = children;
  return isNumber(number)
    ? { ...element, children: [`${textIn(number)} `, ...children.slice(1)] }
    : { ...element, children };
}

function list(element: HtmlElement, children: readonly HtmlNode[]): HtmlElement {
  const numbers = children.map((item) => (typeof item === 'string' ? undefined : numberOf(item)));
  const decimals = numbers.map((number) => number?.match(DECIMAL)?.[1]);
  const allDecimal = numbers.every((number, i) => number === undefined || decimals[i] !== undefined);
  return {
    ...element,
    name: allDecimal ? 'ol' : 'ul',
    children: children.map((item, i): HtmlNode => {
      if (typeof item === 'string' || numbers[i] === undefined) return item;
      const content = item.children.slice(1);
      if (!allDecimal) return { ...item, children: [`${numbers[i]} `, ...content] };
      return {
        ...item,
        attributes: [...item.attributes, { name: 'value', value: decimals[i] ?? '' }],
        children: content,
      };
    }),
  };
}

function numberOf({ children: [first] }: HtmlElement): string | undefined {
  return isNumber(first) ? textIn(first) : undefined;
}

function isNumber(node: HtmlNode | undefined): node is HtmlElement {
  return (
    node !== undefined && typeof node !== 'string' && node.name === 'data' && attributeOf(node, 'class') === 'number'
  );
}
