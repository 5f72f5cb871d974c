import type { Block } from '../../blocks.ts';
import { type OfficePackage, relatedPart } from '../office-package.ts';
import { childOf, childrenOf, parseXml, type XmlElement } from '../xml.ts';
import { paragraphsText } from './paragraphs.ts';

/** Names of those who comment, by their ids: of comments of old, and of threads (MS-PPTX, 2.6). */
export function commentAuthors(office: OfficePackage, presentation: string): ReadonlyMap<string, string> {
  const parts = ['commentAuthors', 'authors'].flatMap((type) => relatedPart(office, presentation, type) ?? []);
  const authors = parts.flatMap((part) => parseXml(office.read(part)).children);
  return new Map(authors.map(({ attributes: { id = '', name = '' } }) => [id, name.trim()]));
}

/** What was remarked on a slide: comments of old, and threads with their answers. */
export function slideComments(office: OfficePackage, slide: string, authors: ReadonlyMap<string, string>): Block[] {
  const part = relatedPart(office, slide, 'comments');
  if (part === undefined) return [];
  const said = (comment: XmlElement) => {
    const body = childOf(comment, 'txBody');
    const own = comment.children.find(({ name }) => name === 'text')?.text.trim() ?? '';
    const text = [own, paragraphsText(body, office.linksOf(part))].filter((each) => each !== '').join('\n');
    const author = authors.get(comment.attributes.authorId ?? '');
    return text === '' ? [] : [`${author ? `Comment by ${author}` : 'Comment'}: ${text}`];
  };
  const texts = childrenOf(parseXml(office.read(part)), 'cm').flatMap((comment) => [
    ...said(comment),
    ...childrenOf(childOf(comment, 'replyLst'), 'reply').flatMap(said),
  ]);
  return texts.length === 0 ? [] : [{ kind: 'quotation', text: texts.join('\n') }];
}
