/**
 * Which room may import which: the one place where this is written. `npm run rooms` checks it.
 *
 * Imports go downward. `time` and `google` are what everything stands on; `documents` knows bytes and Markdown, nothing of tasks,
 * states or buckets; `state` knows what is stored of a document, nothing of who changes it; `handler` and `local` stand beside each
 * other; `stacks` take from the handler what both must call alike.
 */
const CONTRACTS = ['handler/setting-names.ts', 'handler/log-messages.ts'];

const MAY_IMPORT = {
  time: [],
  google: ['time/'],
  documents: ['google/', 'time/'],
  state: ['documents/', 'google/', 'time/'],
  handler: ['state/', 'documents/', 'google/', 'time/', 'deadlines.ts'],
  local: ['time/', 'google/crc32c.ts', ...CONTRACTS],
  stacks: ['deadlines.ts', 'package-folder.ts', 'documents/extraction/(field-schema|vertex-model).ts', ...CONTRACTS],
  simulation: ['handler/', 'state/', 'documents/', 'google/', 'time/', 'local/', 'deadlines.ts'],
  cli: [
    'stacks/',
    'simulation/',
    'handler/',
    'state/',
    'documents/',
    'google/',
    'time/',
    'local/',
    'deadlines.ts',
    'bundle.ts',
  ],
  bench: [
    'cli/',
    'simulation/',
    'handler/',
    'state/',
    'documents/',
    'google/',
    'time/',
    'local/',
    'deadlines.ts',
    'bundle.ts',
  ],
};

/** A file or a folder as a regular expression of paths from the top. */
const pathOf = (place) => `^${place.replaceAll('.', '\\.')}${place.endsWith('/') ? '' : '$'}`;

const rooms = Object.entries(MAY_IMPORT).map(([room, places]) => ({
  name: `${room}-imports-downward`,
  comment: `${room}/ may import only ${places.join(', ') || 'itself'}: see .dependency-cruiser.js.`,
  severity: 'error',
  from: { path: `^${room}/` },
  to: { pathNot: ['^node_modules/', `^${room}/`, ...places.map(pathOf)], dependencyTypesNot: ['core'] },
}));

/** What other projects install, and what is deployed. */
const SHIPPED = '^((handler|state|documents|google|time|local)/|(client|emulator|deadlines)\\.ts$)';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...rooms,
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphan',
      comment: 'Nobody imports it, and it is no entry.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['^__tests__/', '^[^/]+$', '^cli/[^/]+\\.ts$', '^bench/', '^samples/'],
      },
      to: {},
    },
    {
      name: 'client-without-conversion',
      comment: 'Who only enqueues installs no converters.',
      severity: 'error',
      from: { path: '^client\\.ts$' },
      to: { path: '^(documents|local|stacks)/', reachable: true },
    },
    {
      name: 'shipped-without-dev-dependencies',
      comment: 'Move the package to "dependencies" of package.json.',
      severity: 'error',
      from: { path: SHIPPED },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|cdktf\\.out|results|samples|node_modules/\\.)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
