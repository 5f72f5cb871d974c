import { type MimePart, newMimeBudget, partContent, readMimePart, trimmedMail } from '../../mail/mime-part.ts';

interface Page {
  readonly bytes: Uint8Array;
  /** With its charset. */
  readonly contentType: string;
}

/** The page of a web archive (RFC 2557), as which programs put pages into Word documents; undefined for what is none. */
export function webArchivePage(bytes: Uint8Array): Page | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 1024)).toString('latin1');
  if (!/^\s*(?:mime-version|content-type|from|date|subject)\s*:/i.test(start)) return undefined;
  const page = firstPage(readMimePart(trimmedMail(bytes), newMimeBudget()));
  return page && { bytes: partContent(page), contentType: page.fields.get('content-type') ?? '' };
}

function firstPage(part: MimePart): MimePart | undefined {
  if (part.type === 'text/html') return part;
  for (const inner of part.parts) {
    const page = firstPage(inner);
    if (page) return page;
  }
  return undefined;
}
