/*
 * A stack trace as Node writes it. jest's own looks for a source map of every frame, and there are none to find: type
 * stripping keeps every line and column. cdktf takes a trace for every token, so that this is half the time of a synth.
 */
Error.prepareStackTrace = (error, frames) =>
  [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${frame}`)].join('\n');
