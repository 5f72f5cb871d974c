/** Loaded before the app (`node --import`), gives cdktn to whoever imports cdktf: the stack and the provider alike. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, nextResolve) => nextResolve(specifier === 'cdktf' ? 'cdktn' : specifier, context),
});
