import { attributeOf, type HtmlElement } from './html-tree.ts';

/** No server takes a longer address. */
const LONGEST_ADDRESS = 8192;

/**
 * The address of a link as Markdown writes it, only where following it cannot run anything, and where it leads out of the page: Markdown has
 * no places inside it to link to.
 */
export function linkAddress(href: string): string | undefined {
  if (href.length > LONGEST_ADDRESS) return undefined;
  if (/^(?:#|$)/.test(href) || /\s/.test(href) || !/^(?:https?:|mailto:|tel:|[^:]*$|[^:]*[/?#])/i.test(href))
    return undefined;
  return href.replace(/[()<>\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function leadsInside(element: HtmlElement): boolean {
  return element.name === 'a' && /^\s*#/.test(attributeOf(element, 'href') ?? '');
}

/** @returns undefined where there is no picture to load, but perhaps words in its place */
export function imageToMarkdown(image: HtmlElement): string | undefined {
  const address = linkAddress(attributeOf(image, 'src')?.trim() ?? '');
  if (address === undefined) return undefined;
  const [alternative, title] = ['alt', 'title'].map((name) =>
    (attributeOf(image, name) ?? '').slice(0, LONGEST_ADDRESS).replace(/\s+/g, ' ').trim(),
  );
  const shown = title ? ` "${title.replace(/["\\]/g, '\\$&')}"` : '';
  return `![${alternative?.replace(/[\\[\]`*_<]/g, '\\$&')}](${address}${shown})`;
}
