/** What each object's properties held, by their keys: a value, or the function that gets it. */
type Holdings = Map<object, Map<PropertyKey, unknown>>;

/** What parsers work with: ECMAScript's own, and Node's for bytes and text. Others of Node's are loaded by a mere look at them. */
const NAMES = [
  ...[
    'Object',
    'Function',
    'Boolean',
    'Symbol',
    'Number',
    'BigInt',
    'Math',
    'Date',
    'String',
    'RegExp',
    'JSON',
    'Reflect',
    'Proxy',
  ],
  ...[
    'Array',
    'Map',
    'Set',
    'WeakMap',
    'WeakSet',
    'WeakRef',
    'Promise',
    'Intl',
    'Iterator',
    'AsyncIterator',
    'Atomics',
  ],
  ...['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError', 'AggregateError'],
  ...[
    'ArrayBuffer',
    'SharedArrayBuffer',
    'DataView',
    'Int8Array',
    'Uint8Array',
    'Uint8ClampedArray',
    'Int16Array',
    'Uint16Array',
  ],
  ...['Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array', 'Float32Array', 'Float64Array'],
  ...[
    'parseInt',
    'parseFloat',
    'isNaN',
    'isFinite',
    'decodeURIComponent',
    'encodeURIComponent',
    'decodeURI',
    'encodeURI',
  ],
  ...['Buffer', 'URL', 'TextDecoder', 'TextEncoder', 'setTimeout', 'setImmediate', 'queueMicrotask', 'structuredClone'],
];

/** The typed arrays' common prototype and those of iterators have no name. */
const UNNAMED = [
  Object.getPrototypeOf(Int8Array),
  Object.getPrototypeOf([].values()),
  Object.getPrototypeOf(new Map().values()),
];

/**
 * The objects that all code of a thread shares: the global object, what it names, and their prototypes. A document that changed one of
 * them (a parser that takes `__proto__` for a key is enough) could change what the next document becomes.
 */
export class SharedObjects {
  readonly #globals = new Set(Reflect.ownKeys(globalThis));
  readonly #before = holdings();

  /** Whether each still holds what it held when this was made, and no more. Takes less than a millisecond. */
  areUnchanged(): boolean {
    const globals = Reflect.ownKeys(globalThis);
    if (globals.length !== this.#globals.size || !globals.every((name) => this.#globals.has(name))) return false;
    for (const [object, before] of this.#before) {
      const keys = object === globalThis ? NAMES : Reflect.ownKeys(object);
      if (keys.length !== before.size) return false;
      if (!keys.every((key) => before.has(key) && Object.is(held(object, key), before.get(key)))) return false;
    }
    return true;
  }
}

function holdings(): Holdings {
  const found: Holdings = new Map();
  const hold = (object: object, keys: readonly PropertyKey[]) =>
    found.set(object, new Map(keys.map((key) => [key, held(object, key)])));
  hold(globalThis, NAMES);
  const named = NAMES.map((name) => held(globalThis, name)).filter(isObject);
  const prototypes = named.map((object) => held(object, 'prototype')).filter(isObject);
  for (const object of [...named, ...prototypes, ...UNNAMED]) hold(object, Reflect.ownKeys(object));
  return found;
}

function held(object: object, key: PropertyKey): unknown {
  const property = Reflect.getOwnPropertyDescriptor(object, key);
  return property?.get ?? property?.value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
