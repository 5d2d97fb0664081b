/** Which rings a ring may import, beside itself. main.ts may import everything, and nothing imports it. */
const MAY_IMPORT = {
  domain: [],
  contract: [],
  store: ['domain'],
  delivery: ['domain', 'store'],
  http2: [],
  // Calls to addresses that strangers chose.
  outbound: ['domain'],
  providers: ['domain', 'http2'],
  flows: ['domain', 'store', 'delivery'],
  http: ['contract', 'domain', 'flows', 'store'],
  metrics: [],
  traces: [],
  // Its own package: of the service it knows nothing but the document.
  client: [],
  embedded: [],
  // What `/readyz?verbose` and `tidings doctor` look at.
  checks: ['contract', 'domain', 'store'],
  // Commands that talk to a service; `nearest` for what was probably meant, times as the service reads them, signatures for what is forwarded.
  cli: [
    'client',
    'contract',
    'domain/nearest.ts',
    'domain/search/search-times.ts',
    'domain/time-limit.ts',
    'domain/url.ts',
    'domain/webhooks/webhook-signature.ts',
  ],
  // Backups, restores and moves: beside the service, never in it.
  transfer: ['store'],
  // What every adapter promises, for adapters of others too.
  conformance: ['domain'],
  // Look-alikes of providers: programs of their own, so that they can judge the product.
  fakes: [],
  // The one reader of the environment and of the files it names; which addresses need no TLS the client says that calls them.
  settings: ['domain', 'flows', 'http', 'http2/client.ts', 'providers'],
  // Puts all of it together, by plain calls.
  wiring: [
    'checks',
    'contract',
    'delivery',
    'domain',
    'embedded',
    'flows',
    'http',
    'http2',
    'metrics',
    'outbound',
    'providers',
    'settings',
    'store',
    'traces',
    'transfer',
  ],
  // What `tidings …` does: serve, keys, backups, and the commands of src/cli on this process's terminal.
  commands: [
    'checks',
    'cli',
    'client',
    'contract',
    'delivery',
    'domain',
    'embedded',
    'flows',
    'http',
    'metrics',
    'providers',
    'settings',
    'store',
    'transfer',
    'wiring',
  ],
}

const rings = Object.entries(MAY_IMPORT).map(([ring, others]) => ({
  name: `${ring}-imports`,
  comment: `src/${ring} may import ${others.length === 0 ? 'no other ring' : others.join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${ring}/` },
  to: { path: '^src/', pathNot: `^src/(${[ring, ...others].join('|')})(/|$)` },
}))

const rules = [
  {
    name: 'every-ring-is-listed',
    comment: 'A folder below src/ that has no line in MAY_IMPORT.',
    severity: 'error',
    from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(MAY_IMPORT).join('|')})/` },
    to: {},
  },
  {
    name: 'words-are-pure',
    comment: 'Domain and contract touch neither files nor network nor processes.',
    severity: 'error',
    from: { path: '^src/(domain|contract)/' },
    to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto|util)$' },
  },
  {
    name: 'http-only-reads',
    comment: 'Routes read from the store; what changes anything is a flow.',
    severity: 'error',
    from: { path: '^src/http/' },
    to: { path: '^src/store/', pathNot: ['^src/store/db\\.ts$', '^src/store/[^/]+/read-[^/]+\\.ts$'] },
  },
  {
    name: 'pages-use-the-public-interface',
    comment: 'Of the service, a page knows the types of what it answers.',
    severity: 'error',
    from: { path: '^web/' },
    to: { path: '^(src|scripts|test|bench)/', pathNot: '^src/contract/' },
  },
  {
    name: 'pages-carry-no-schemas',
    comment: 'Only types of the contract: a schema would put its library into the page.',
    severity: 'error',
    from: { path: '^web/' },
    to: { path: '^src/contract/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'pages-stand-apart',
    comment: 'The service serves pages as files; it imports nothing of theirs.',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^web/' },
  },
  {
    name: 'fakes-are-for-tests',
    comment:
      'Tests and the benchmark start a look-alike, and `tidings fake` becomes one; nothing that serves knows of them.',
    severity: 'error',
    from: { path: '^(src|scripts)/', pathNot: '^src/(fakes/|main\\.ts$)' },
    to: { path: '^src/fakes/' },
  },
  {
    name: 'only-a-command-becomes-a-fake',
    comment: 'main.ts loads the look-alikes when it is told to be one.',
    severity: 'error',
    from: { path: '^src/main\\.ts$' },
    to: { path: '^src/fakes/', dependencyTypesNot: ['dynamic-import'] },
  },
  {
    name: 'one-way-into-the-fakes',
    comment: 'A look-alike starts by its command.',
    severity: 'error',
    from: { path: '^src/main\\.ts$' },
    to: { path: '^src/fakes/', pathNot: '^src/fakes/command\\.ts$' },
  },
  {
    name: 'commands-load-alone',
    comment: 'What serves loads nothing of the commands that talk to a service.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/(cli|client)/|^src/commands/client-command\\.ts$' },
    to: {
      path: '^src/(cli|client)/|^src/commands/client-command\\.ts$',
      dependencyTypesNot: ['dynamic-import', 'type-only'],
    },
  },
  {
    name: 'traces-load-alone',
    comment: 'OpenTelemetry is loaded only where traces are wanted.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/traces/tracer\\.ts$' },
    to: {
      path: '^src/traces/tracer\\.ts$|node_modules/@opentelemetry/',
      dependencyTypesNot: ['dynamic-import', 'type-only'],
    },
  },
  {
    name: 'no-circles',
    comment: 'No file reaches itself, not even by its types.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-development-packages',
    comment: 'The service runs without development dependencies.',
    severity: 'error',
    from: { path: '^(src|web)/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'everything-resolves',
    comment: 'An import that leads nowhere.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
]

module.exports = {
  forbidden: [...rings, ...rules],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count: a ring that names another ring's types knows it.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
}
