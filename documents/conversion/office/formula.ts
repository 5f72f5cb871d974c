import { nameInTex, signsByName } from '../tex-symbols.ts';
import { childOf, childrenOf, descendantsOf, type XmlElement } from './xml.ts';

/** How deep formulas are followed; of what is deeper the text is kept, as it stands. */
const DEEPEST = 64;

/** Letters above a term (`m:chr` of `m:acc`), as TeX names them. */
const ACCENTS: Readonly<Record<string, string>> = {
  '\u0300': 'grave',
  '\u0301': 'acute',
  '\u0302': 'hat',
  '\u0303': 'tilde',
  '\u0304': 'bar',
  '\u0305': 'overline',
  '\u0306': 'breve',
  '\u0307': 'dot',
  '\u0308': 'ddot',
  '\u030c': 'check',
  '\u20d7': 'vec',
};
/** What has a meaning in TeX. */
const SYNTAX = /[\\{}$&#%_^~]/g;
const WRITTEN: Readonly<Record<string, string>> = { '\\': '\\backslash ', '^': '\\hat{}', '~': '\\sim ' };
const FUNCTION =
  /^(?:sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|arcsin|arccos|arctan|lim|log|ln|exp|max|min|sup|inf|det|dim|gcd|ker|arg|deg)$/;

/** A formula of Office (ECMA-376, part 1, 22.1: `m:oMath`) as TeX. */
export function formulaToTex(formula: XmlElement): string {
  return all(formula, 0).replace(/\s+/g, ' ').trim();
}

function all(element: XmlElement | undefined, depth: number): string {
  if (element === undefined) return '';
  if (depth > DEEPEST) return descendantsOf(element, 'r').map(runText).join('');
  return element.children.map((child) => tex(child, depth + 1)).join('');
}

function tex(element: XmlElement, depth: number): string {
  const part = (name: string) => all(childOf(element, name), depth);
  const property = (name: string) => childOf(element, `${element.name}Pr`, name)?.attributes['m:val'];
  const isOn = (name: string) => {
    const found = childOf(element, `${element.name}Pr`, name);
    return found !== undefined && !/^(?:0|off|false)$/.test(found.attributes['m:val'] ?? '1');
  };
  switch (element.name) {
    case 'r':
      return runText(element);
    case 'f':
      if (property('type') === 'lin') return `${part('num')}/${part('den')}`;
      return property('type') === 'noBar'
        ? `\\binom{${part('num')}}{${part('den')}}`
        : `\\frac{${part('num')}}{${part('den')}}`;
    case 'sSup':
      return `${base(part('e'))}^${grouped(part('sup'))}`;
    case 'sSub':
      return `${base(part('e'))}_${grouped(part('sub'))}`;
    case 'sSubSup':
      return `${base(part('e'))}_${grouped(part('sub'))}^${grouped(part('sup'))}`;
    case 'sPre':
      return `{}_${grouped(part('sub'))}^${grouped(part('sup'))}${part('e')}`;
    case 'rad':
      return isOn('degHide') || part('deg') === '' ? `\\sqrt{${part('e')}}` : `\\sqrt[${part('deg')}]{${part('e')}}`;
    case 'nary': {
      const sign = property('chr') ?? '∫';
      const limits = [['sub', '_'] as const, ['sup', '^'] as const].map(([name, mark]) =>
        isOn(`${name}Hide`) || part(name) === '' ? '' : mark + grouped(part(name)),
      );
      return `${nameInTex(sign) ?? escaped(sign)}${limits.join('')}{${part('e')}}`;
    }
    case 'd':
      return delimited(element, depth);
    case 'func':
      return `${part('fName')}{${part('e')}}`;
    case 'limLow':
      return FUNCTION.test(part('e').trim().slice(1))
        ? `${part('e').trim()}_${grouped(part('lim'))}`
        : `\\underset{${part('lim')}}{${part('e')}}`;
    case 'limUpp':
      return `\\overset{${part('lim')}}{${part('e')}}`;
    case 'acc':
      return `\\${ACCENTS[property('chr') ?? '\u0302'] ?? 'hat'}{${part('e')}}`;
    case 'bar':
      return `\\${property('pos') === 'top' ? 'overline' : 'underline'}{${part('e')}}`;
    case 'groupChr':
      return `\\${property('pos') === 'top' ? 'overbrace' : 'underbrace'}{${part('e')}}`;
    case 'm':
      return `\\begin{matrix}${rows(element, 'mr', depth)}\\end{matrix}`;
    case 'eqArr': {
      const lines = childrenOf(element, 'e').map((line) => all(line, depth));
      return lines.length === 1 ? (lines[0] ?? '') : `\\begin{aligned}${lines.join(' \\\\ ')}\\end{aligned}`;
    }
    case 'phant':
      return isOn('show') || childOf(element, 'phantPr', 'show') === undefined ? part('e') : '';
    default:
      return element.name.endsWith('Pr') ? '' : all(element, depth);
  }
}

/** Words are set upright: `m:nor`, or what TeX knows as a function. */
function runText(run: XmlElement): string {
  const text = childrenOf(run, 't')
    .map((piece) => piece.text)
    .join('');
  const isWords = childOf(run, 'rPr', 'nor') !== undefined;
  if (FUNCTION.test(text.trim())) return `\\${text.trim()} `;
  return isWords && /\p{L}/u.test(text) ? `\\text{${escaped(text)}}` : signsByName(escaped(text));
}

function escaped(text: string): string {
  return text.replace(SYNTAX, (sign) => WRITTEN[sign] ?? `\\${sign}`);
}

function delimited(element: XmlElement, depth: number): string {
  const properties = childOf(element, 'dPr');
  const sign = (name: string, usual: string) => childOf(properties, name)?.attributes['m:val'] ?? usual;
  const inside = childrenOf(element, 'e').map((part) => all(part, depth));
  const only = childOf(element, 'e')?.children.filter(({ name }) => !name.endsWith('Pr')) ?? [];
  const [open, close] = [sign('begChr', '('), sign('endChr', ')')];
  // A choice of cases has one brace, and lines of its own.
  if (open === '{' && close === '' && only.length === 1 && only[0]?.name === 'eqArr')
    return `\\begin{cases}${childrenOf(only[0], 'e')
      .map((row) => all(row, depth))
      .join(' \\\\ ')}\\end{cases}`;
  return `\\left${delimiter(open)}${inside.join(escaped(sign('sepChr', '|')))}\\right${delimiter(close)}`;
}

function delimiter(sign: string): string {
  if (sign === '') return '.';
  return /^[{}]$/.test(sign) ? `\\${sign}` : signsByName(sign);
}

function rows(matrix: XmlElement, name: string, depth: number): string {
  return childrenOf(matrix, name)
    .map((row) =>
      childrenOf(row, 'e')
        .map((cell) => all(cell, depth))
        .join(' & '),
    )
    .join(' \\\\ ');
}

function base(tex: string): string {
  return tex.length <= 1 || /^\\[a-z]+ ?$/i.test(tex) ? tex.trim() : `{${tex}}`;
}

function grouped(tex: string): string {
  return tex.length === 1 ? tex : `{${tex.trimEnd()}}`;
}
