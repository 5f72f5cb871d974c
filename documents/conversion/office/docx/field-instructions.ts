import type { XmlElement } from '../xml.ts';

interface OpenField {
  /** Before its result. */
  inInstruction: boolean;
  /** What other fields say within its instruction. */
  readonly texts: XmlElement[];
}

/**
 * Texts that stand in a field's instruction and not in its result, as of a field that another one compares (ECMA-376, part 1, 17.16.5.22): Word
 * does not show them. Where a field has no result, they stay.
 */
export function textsInInstructions(container: XmlElement): Set<XmlElement> {
  const found = new Set<XmlElement>();
  const open: OpenField[] = [];
  const pending = [...container.children].reverse();
  for (let element = pending.pop(); element !== undefined; element = pending.pop()) {
    const { name, attributes, children } = element;
    if (name === 'fldChar') {
      const type = attributes['w:fldCharType'];
      if (type === 'begin') open.push({ inInstruction: true, texts: [] });
      else if (type === 'end') open.pop();
      else if (type === 'separate') endInstruction(open.at(-1), found);
    } else if (name === 't') {
      open
        .slice(0, -1)
        .find(({ inInstruction }) => inInstruction)
        ?.texts.push(element);
    }
    for (let i = children.length - 1; i >= 0; i--) pending.push(children[i] as XmlElement);
  }
  return found;
}

function endInstruction(field: OpenField | undefined, found: Set<XmlElement>): void {
  if (field === undefined) return;
  field.inInstruction = false;
  for (const text of field.texts) found.add(text);
}
