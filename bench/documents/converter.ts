/** The local converter alone, to be bundled as it is in the handler. */
export { createLocalConverter } from '../../documents/conversion/local-converter.ts';
