/** The local converter alone, to be bundled as it is in the handler: on a thread, and on the thread that calls it. */
export { convertByType } from '../../documents/conversion/convert-by-type.ts';
export { DEFAULT_LIMITS } from '../../documents/conversion/limits.ts';
export { createLocalConverter } from '../../documents/conversion/local-converter.ts';
