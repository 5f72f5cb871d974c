/**
 * Which room may import which: the one place where this is written. `npm run rooms` checks it.
 *
 * Imports go downward. `time` and `google` are what everything stands on; `documents` knows bytes and Markdown, nothing of tasks,
 * states or buckets; `state` knows what is stored of a document, nothing of who changes it; `handler` and `local` stand beside each
 * other; `stacks` take from the handler what both must call alike.
 */
const CONTRACTS = ['handler/setting-names.ts', 'handler/log-messages.ts'];

/** What a command may use; what measures may use the commands as well. */
const FOR_COMMANDS = [
  'stacks/',
  'simulation/',
  'handler/',
  'events/',
  'state/',
  'documents/',
  'google/',
  'time/',
  'local/',
  'deadlines.ts',
  'bundle.ts',
];

const MAY_IMPORT = {
  time: [],
  google: ['time/'],
  documents: ['google/', 'time/'],
  state: ['documents/', 'google/', 'time/'],
  events: ['state/', 'documents/', 'google/', 'time/'],
  handler: ['events/', 'state/', 'documents/', 'google/', 'time/', 'deadlines.ts'],
  local: ['time/', 'google/crc32c.ts', ...CONTRACTS],
  stacks: ['deadlines.ts', 'package-folder.ts', 'documents/extraction/(field-schema|vertex-model).ts', ...CONTRACTS],
  simulation: ['handler/', 'events/', 'state/', 'documents/', 'google/', 'time/', 'local/', 'deadlines.ts'],
  console: ['handler/', 'state/', 'google/', 'time/', 'local/', 'deadlines.ts'],
  cli: ['console/', ...FOR_COMMANDS],
  bench: ['cli/', ...FOR_COMMANDS],
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
const SHIPPED =
  '^((stacks|handler|events|state|documents|google|time|local)/|(stacks|processing|client|emulator|bundle|package-folder|deadlines)\\.ts$)';

/** What is run or bundled by its name, or imported by other projects; the rest is there for their sake. */
const ENTRIES =
  '^([^/]+\\.ts|handler/main\\.ts|documents/conversion/worker\\.ts|console/page/(console\\.tsx|css\\.d\\.ts)|cli/[^/]+\\.ts|bench/.+)$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...rooms,
    {
      name: 'page-knows-what-is-shown',
      comment:
        'What runs in the browser knows the types of what is shown and of what can be done, and nothing else of the project.',
      severity: 'error',
      from: { path: '^console/page/' },
      to: { pathNot: ['^node_modules/', '^console/page/', '^console/(shown|views|actions)\\.ts$'] },
    },
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-dead-file',
      comment: 'No entry leads to it.',
      severity: 'error',
      from: { path: ENTRIES },
      to: { path: `^(${Object.keys(MAY_IMPORT).join('|')})/`, pathNot: ENTRIES, reachable: false },
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
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only', 'npm-peer'] },
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
