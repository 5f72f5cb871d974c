/** The local converter alone, to be bundled as it is in the handler. */
export { createLocalConverter } from '../../handler/conversion/local-converter.ts';
