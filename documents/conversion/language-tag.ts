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
