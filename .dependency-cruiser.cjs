/** Imports point one way; each SDK is reached from one folder. ARCHITECTURE.md says why. */
const LEAF = 'grammar/diagnostics';

const layer = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^${from}/` },
  to: { path: '^(grammar|plan|compiler|runtime|cli|test|bench)/', pathNot: `^(${[from, ...allowed].join('|')})/` },
});

/** A package that only the files matching `from` may import. */
const fence = (name, packages, from) => ({
  name,
  severity: 'error',
  from: { path: '^(grammar|plan|compiler|runtime|cli)/', pathNot: from },
  to: { path: `^(node_modules/)?(${packages})` },
});

module.exports = {
  forbidden: [
    layer('diagnostics-is-the-leaf', LEAF, []),
    layer('grammar-stands-alone', 'grammar', []),
    layer('plan-is-the-contract', 'plan', [LEAF]),
    layer('compiler-never-sees-the-runtime', 'compiler', ['grammar', 'plan']),
    layer('runtime-never-sees-query-text', 'runtime', ['plan', LEAF]),
    layer('cli-is-the-composition-root', 'cli', ['grammar', 'plan', 'compiler', 'runtime']),
    fence('chevrotain-only-in-grammar', 'chevrotain', '^grammar/'),
    fence('sqlite-only-in-the-host', 'better-sqlite3', '^cli/host/'),
    fence('kafkajs-in-one-folder', 'kafkajs', '^cli/host/kafka/'),
    fence('azure-in-one-folder', '@azure/', '^cli/host/azure/'),
    fence('parquet-in-one-folder', 'hyparquet/|hyparquet-compressors', '^runtime/formats/parquet/'),
    // Its Snappy is for blocks of Avro as well.
    fence('parquet-writer-in-two-folders', 'hyparquet-writer', '^runtime/formats/(parquet|avro)/'),
    fence('sql-server-in-one-folder', 'mssql|tedious', '^cli/host/mssql/'),
    fence('postgres-in-one-folder', 'pg', '^cli/host/postgres/'),
    {
      name: 'no-node-in-the-pure-core',
      severity: 'error',
      from: { path: '^(grammar|plan|compiler)/', pathNot: '^plan/fingerprint\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      // Types may refer to each other in a circle (a query holds expressions, an expression a query); code may not.
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: 'runtime/kernels/assembly' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'] },
  },
};
