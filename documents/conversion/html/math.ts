import { piecesOf } from '../long-text.ts';
import { signsByName } from '../tex-symbols.ts';
import { attributeOf, type HtmlElement, type HtmlNode, textIn } from './html-tree.ts';

/**
 * MathML as TeX between dollars, which GitHub renders: what its author wrote as TeX, or else what its elements look like.
 *
 * @returns undefined when it has nothing to read
 */
export function mathToMarkdown(math: HtmlElement): string | undefined {
  const tex = collapsed(annotation(math) ?? attributeOf(math, 'alttext') ?? content(math))
    .replace(/^\{\\(?:displaystyle|textstyle) (.*)\}$/, '$1')
    .trim();
  if (tex === '') return undefined;
  return attributeOf(math, 'display') === 'block' ? `$$${tex}$$` : `$${tex}$`;
}

function collapsed(text: string): string {
  let line = '';
  for (const piece of piecesOf(text)) line += piece.replace(/\s+/g, ' ');
  return line.trim();
}

function annotation(element: HtmlElement): string | undefined {
  for (const child of elementsOf(element)) {
    if (child.name === 'annotation' && /x-tex|latex/i.test(attributeOf(child, 'encoding') ?? '')) return textIn(child);
    if (child.name === 'semantics') return annotation(child);
  }
  return undefined;
}

function content(node: HtmlElement): string {
  const parts = elementsOf(node);
  const part = (i: number) => (parts[i] ? content(parts[i]) : '');
  switch (node.name) {
    case 'mfrac':
      return `\\frac{${part(0)}}{${part(1)}}`;
    case 'msqrt':
      return `\\sqrt{${parts.map(content).join('')}}`;
    case 'mroot':
      return `\\sqrt[${part(1)}]{${part(0)}}`;
    case 'msup':
    case 'mover':
      return `${part(0)}^${grouped(part(1))}`;
    case 'msub':
    case 'munder':
      return `${part(0)}_${grouped(part(1))}`;
    case 'msubsup':
    case 'munderover':
      return `${part(0)}_${grouped(part(1))}^${grouped(part(2))}`;
    case 'mfenced':
      return `${attributeOf(node, 'open') ?? '('}${parts.map(content).join(attributeOf(node, 'separators') ?? ',')}${attributeOf(node, 'close') ?? ')'}`;
    case 'mtable':
      return parts.map(content).join(' \\\\ ');
    case 'mtr':
    case 'mlabeledtr':
      return parts.map(content).join(' & ');
    case 'mspace':
      return ' ';
    case 'semantics':
      return part(0);
    case 'annotation':
    case 'annotation-xml':
      return '';
    default:
      return node.children
        .map((child) => (typeof child === 'string' ? signsByName(child.trim()) : content(child)))
        .join('');
  }
}

function grouped(tex: string): string {
  return tex.length === 1 ? tex : `{${tex.trimEnd()}}`;
}

function elementsOf({ children }: HtmlElement): HtmlElement[] {
  return children.filter((child: HtmlNode) => typeof child !== 'string') as HtmlElement[];
}
