/*
 * A stack trace as Node writes it. jest's own looks for a source map of every frame, and there are none to find: type
 * stripping keeps every line and column.
 */
Error.prepareStackTrace = (error, frames) =>
  [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${frame}`)].join('\n');

/* cdktf takes a trace of any depth for every token, into an object that is no error: half the time of a synth, and nobody reads it. */
const { captureStackTrace } = Error;
Error.captureStackTrace = (target, below) => {
  if (Object.getPrototypeOf(target) !== Object.prototype) captureStackTrace(target, below);
};
