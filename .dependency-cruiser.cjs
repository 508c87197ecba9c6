// A file in <layer> may import from <layers>, and from nothing else in src/. See docs/internals/architecture.md.
const layers = {
  domain: [],
  codec: ['domain'],
  render: ['domain'],
  ports: ['domain'],
  contract: ['domain'],
  config: ['domain'],
  services: ['domain', 'codec', 'render', 'ports'],
  adapters: ['domain', 'codec', 'ports', 'contract'],
  servers: ['domain', 'codec', 'render', 'ports', 'contract', 'services'],
  app: ['domain', 'codec', 'ports', 'config', 'services', 'adapters', 'servers'],
  cli: ['domain', 'contract', 'config', 'app'],
}
const PURE = '^src/(domain|codec|render|ports|services)/'
const TEST = '\\.test\\.ts$'
const rule = (name, from, to) => ({ name, severity: 'error', from, to })

module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }),
    ...Object.entries(layers).map(([layer, below]) =>
      rule(
        `layer-${layer}`,
        { path: `^src/${layer}/`, pathNot: TEST },
        { path: '^(src|web|test|tools)/', pathNot: [layer, ...below].map((name) => `^src/${name}/`) },
      ),
    ),
    rule('pure-layers-touch-no-runtime', { path: PURE, pathNot: TEST }, { dependencyTypes: ['core'] }),
    // Decision 0002: codecs may use a pure parser library; the list is closed.
    rule(
      'pure-layers-use-no-packages',
      { path: PURE, pathNot: TEST },
      {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
        pathNot: ['node_modules/(yaml|saxes)/'],
      },
    ),
    rule(
      'only-codecs-parse-among-the-pure',
      { path: '^src/(domain|render|ports|services)/', pathNot: TEST },
      {
        path: 'node_modules/(yaml|saxes)/',
      },
    ),
    rule(
      'one-adapter-does-not-know-another',
      { path: '^src/adapters/([^/]+)/' },
      {
        path: '^src/adapters/',
        pathNot: '^src/adapters/$1/',
      },
    ),
    rule(
      'only-the-client-among-adapters-knows-the-contract',
      { path: '^src/adapters/', pathNot: '^src/adapters/control-client/' },
      { path: '^src/contract/' },
    ),
    rule(
      'one-server-does-not-know-another',
      { path: '^src/servers/([^/]+)/' },
      {
        path: '^src/servers/',
        pathNot: '^src/servers/$1/',
      },
    ),
    rule(
      'web-sees-only-contract-and-domain',
      { path: '^web/' },
      { path: '^(src|test|tools)/', pathNot: '^src/(contract|domain)/' },
    ),
    // What the contract has besides types is zod, which has no business in a browser.
    rule(
      'web-takes-only-types-of-the-contract',
      { path: '^web/', pathNot: TEST },
      { path: '^src/contract/', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'nothing-unlisted-in-src',
      { path: '^src/', pathNot: `^src/(${Object.keys(layers).join('|')})/` },
      {},
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true, // type-only imports count too
    tsConfig: { fileName: 'tsconfig.json' },
  },
}
