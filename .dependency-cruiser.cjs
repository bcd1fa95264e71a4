/** Who may import whom. Rooms are folders of src/; ARCHITECTURE.md says why. */
const shared = '^src/errors\\.ts$';
const room = (name, may) => ({
  name: `${name}-imports`,
  severity: 'error',
  comment: `src/${name} may import ${may.length ? may.join(', ') : 'nothing of ours'} (and src/errors.ts).`,
  from: { path: `^src/${name}/`, pathNot: '\\.test(-helper)?\\.ts$' },
  to: { path: '^src/', pathNot: [shared, `^src/${name}/`, ...may] },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    room('audio', []),
    room('config', []),
    room('memory', []),
    room('weights', []),
    room('pipeline', ['^src/audio/']),
    room('engines', ['^src/audio/', '^src/weights/']),
    room('processors', [
      '^src/pipeline/',
      '^src/audio/',
      '^src/memory/memory\\.ts$',
      '^src/engines/interfaces\\.ts$',
    ]),
    room('transport', ['^src/pipeline/', '^src/audio/']),
    room('server', ['^src/(config|pipeline|processors|engines|memory|transport|audio|weights)/']),
    room('runner', ['^src/(config|server|pipeline|processors|transport|weights)/']),
    room('cli', ['^src/(config|server|memory|weights|audio|transport|pipeline)/']),
    room('testing', ['^src/(pipeline|engines|audio|memory|processors)/']),
    {
      name: 'no-tests-in-code',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test(-helper)?\\.ts$' },
      to: { path: '\\.test(-helper)?\\.ts$' },
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$|^src/testing/|^src/engines/conformance/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
