import { createRequire } from 'node:module';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

// --- A global object without a Proxy

/** Node's own globals that must be those of the tests too, as what Node's modules give is made of them. */
const SHARED = new Set(['Buffer', 'ArrayBuffer', 'Uint8Array']);

/**
 * jest's environment on a plain global object. jest's own is a Proxy, which every `Map`, `Promise` or `Math` of the code under test
 * goes through: the simulation takes a fifth longer there.
 */
export default class NodeEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.context = vm.createContext(vm.constants.DONT_CONTEXTIFY);
    const global = vm.runInContext('globalThis', this.context);
    for (const key of Reflect.ownKeys(this.global)) {
      if (key === 'globalThis' || (Object.hasOwn(global, key) && !SHARED.has(key))) continue;
      const descriptor = Object.getOwnPropertyDescriptor(this.global, key);
      Object.defineProperty(global, key, descriptor.get ? readOnFirstUse(global, key, descriptor) : descriptor);
    }
    global.global = global;
    global.Error.stackTraceLimit = this.global.Error.stackTraceLimit;
    const { constructor: ModuleMocker } = this.moduleMocker;
    const { constructor: FakeTimers } = this.fakeTimersModern;
    this.moduleMocker = new ModuleMocker(global);
    this.fakeTimersModern = new FakeTimers({ config: config.projectConfig, global });
    this.global = global;
  }
}

/** What Node makes when it is first asked for. */
function readOnFirstUse(global, key, { enumerable, get, set }) {
  const become = (value) =>
    Object.defineProperty(global, key, { configurable: true, enumerable, writable: true, value });
  const read = () => become(get.call(global))[key];
  return { configurable: true, enumerable, get: read, set: set && become };
}

// --- Modules compiled once for all suites of a process

/*
 * Every suite has a module registry of its own, for which jest compiles each module again: its own `expect` and all packages. What was
 * compiled of the same source before is taken over here, as V8's own cache, which `npm test` turns off, would also keep what a suite
 * has left behind.
 */
const compiled = new Map();

function compiledBefore(name, code) {
  const before = compiled.get(name);
  return before?.code === code ? before.data : undefined;
}

const { compileFunction, SourceTextModule } = vm;
// What `import` gives of a built-in module is not what `require` gives until it is synchronised.
const mutableVm = createRequire(import.meta.url)('node:vm');

mutableVm.compileFunction = (code, parameters, options) => {
  const cachedData = compiledBefore(options.filename, code);
  const compiledFunction = compileFunction(code, parameters, {
    ...options,
    cachedData,
    produceCachedData: !cachedData,
  });
  if (!cachedData) compiled.set(options.filename, { code, data: compiledFunction.cachedData });
  return compiledFunction;
};

mutableVm.SourceTextModule = class extends SourceTextModule {
  constructor(code, options) {
    const cachedData = compiledBefore(options.identifier, code);
    super(code, { ...options, cachedData });
    if (!cachedData) compiled.set(options.identifier, { code, data: this.createCachedData() });
  }
};
