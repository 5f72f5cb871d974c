import { stripTypeScriptTypes } from 'node:module';

/** The whole compiler of the tests: Node's own type stripping, the same that runs the project. */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
};
