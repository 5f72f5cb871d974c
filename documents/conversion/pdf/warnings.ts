/** pdf.js's warnings of text that it leaves out. What else it warns of is repaired, or changes no more than the looks. */
const OF_LOSS =
  /^Warning: (getTextContent - ignoring (errors|XObject)|getContentStream - ignoring|Invalid stream|loadFont - \w+ failed|getAnnotationsData - ignoring)/;
const OF_FONTS = /^Warning: loadFont - \w+ failed/;

/** Images are only decoded where a page's drawing is read; some kinds (JBIG2, JPEG 2000) need modules that are not here, and large ones are passed over. */
const OF_IMAGES =
  /^Warning: (getOperatorList - ignoring (XObject|errors)|Unable to decode image|getTransferableImage|Image exceeded)/;

/** How many were heard on this thread so far. */
export interface LossWarnings {
  count: number;
  /** Those of fonts, which come once for all the text that is set in one. */
  ofFonts: number;
  /** Those of images, which are then missing from what a page draws. */
  ofImages: number;
}

const heard: LossWarnings = { count: 0, ofFonts: 0, ofImages: 0 };
let listening = false;

/**
 * Hears pdf.js's warnings, which it can only write to the console: those that tell of a loss are counted. None is written, since they
 * quote the document, however late it comes: pdf.js goes on with a page for a while after it was told to stop.
 */
export function listenToWarnings(): Readonly<LossWarnings> {
  if (listening) return heard;
  listening = true;
  const write = console.warn;
  console.warn = (...words: unknown[]) => {
    const text = typeof words[0] === 'string' ? words[0] : '';
    if (!text.startsWith('Warning: ')) return write(...words);
    if (OF_LOSS.test(text)) heard.count++;
    if (OF_FONTS.test(text)) heard.ofFonts++;
    if (OF_IMAGES.test(text)) heard.ofImages++;
  };
  return heard;
}
