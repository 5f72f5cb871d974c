import { type OfficePackage, relatedPart } from '../office-package.ts';
import { parseXml, type XmlElement } from '../xml.ts';

/** The layout of a slide, or the master of a layout, by the part that refers to it. */
export type SheetOf = (
  part: string,
  type: 'slideLayout' | 'slideMaster',
) => { readonly part: string; readonly xml: XmlElement } | undefined;

/** Layouts and masters are read only where slides ask, each once. */
export function readSheets(office: OfficePackage): SheetOf {
  const parsed = new Map<string, XmlElement>();
  return (of, type) => {
    const part = relatedPart(office, of, type);
    if (part === undefined) return undefined;
    const xml = parsed.get(part) ?? parseXml(office.read(part));
    parsed.set(part, xml);
    return { part, xml };
  };
}
