/** What a document says about itself. */
export interface DocumentProperties {
  readonly title?: string;
  readonly author?: string;
  /** BCP 47. */
  readonly language?: string;
}

/** Those that a document really declares: texts with something in them, and a language that is one. */
export function documentProperties(declared: {
  readonly title?: unknown;
  readonly author?: unknown;
  readonly language?: unknown;
}): DocumentProperties {
  const title = typeof declared.title === 'string' ? declared.title.trim() : '';
  const author = typeof declared.author === 'string' ? declared.author.trim() : '';
  const language = languageTag(declared.language);
  return { ...(title && { title }), ...(author && { author }), ...(language && { language }) };
}

/** "No language" and "undetermined", as Office and PDF programs write them. */
const NO_LANGUAGE = /^(x-none|und|zxx|mul)$/i;

/**
 * A language as a document declares it, if that is a BCP 47 tag.
 *
 * @returns in its canonical form, `en-us` as `en-US`
 */
export function languageTag(declared: unknown): string | undefined {
  if (typeof declared !== 'string') return undefined;
  const tag = declared.trim().replaceAll('_', '-');
  if (tag === '' || NO_LANGUAGE.test(tag)) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
