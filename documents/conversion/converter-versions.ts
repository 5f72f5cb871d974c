/**
 * The converting libraries as results name them. Constants, because the bundle runs where no package.json is; a test compares
 * them with the versions installed.
 */
export const UNPDF = 'unpdf@1.8.1';
export const MAMMOTH = 'mammoth@1.13.0';
export const PARSE5 = 'parse5@8.1.1';
export const SAXES = 'saxes@6.0.0';
export const NUMFMT = 'numfmt@4.0.1';
export const PAPAPARSE = 'papaparse@5.7.1';
export const POSTAL_MIME = 'postal-mime@4.0.0';
/** Text and Markdown need no library: the project's own version. */
export const OWN = 'cloud-tasks-document-processing@0.1.0';
