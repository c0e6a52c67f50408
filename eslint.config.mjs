import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const OUTSIDE = [
  'Date',
  'process',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'console',
  'performance',
  'crypto',
];
const outsideWorld = (message) => ['error', ...OUTSIDE.map((name) => ({ name, message }))];

export default defineConfig(
  {
    ignores: ['dist/', 'node_modules/', 'coverage/', 'runtime/kernels/assembly/', '**/*.generated.ts', 'quickstart/'],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'always' }],
      // `return report(…)` ends a function of type void at its diagnostic; a void expression as a value stays an error.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'Randomness comes through Env (exactly-once needs replays to be equal).',
        },
      ],
      eqeqeq: 'error',
      'no-prototype-builtins': 'error',
    },
  },
  {
    // Declarations of somebody else's classes: their shape is not ours to choose.
    files: ['**/*.d.ts'],
    rules: { '@typescript-eslint/no-extraneous-class': 'off' },
  },
  {
    files: ['grammar/**/*.ts', 'plan/**/*.ts', 'compiler/**/*.ts'],
    rules: { 'no-restricted-globals': outsideWorld('The core is pure: pass the value in as an argument.') },
  },
  {
    files: ['runtime/**/*.ts'],
    rules: {
      'no-restricted-globals': outsideWorld('The outside world comes through Env, so that the simulator can crash it.'),
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: [
                'node:fs',
                'node:fs/*',
                'node:net',
                'node:child_process',
                'node:os',
                'node:timers*',
                'node:process',
              ],
              message: 'The outside world comes through Env, so that the simulator can crash it.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['kernels', 'state', 'operators', 'formats', 'columns', 'tables'].map(
      (folder) => `runtime/${folder}/**/*.ts`,
    ),
    rules: {
      // Typed-array loops index within bounds that the loop itself checked; `?? 0` per element would cost the hot path.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Generated loops are the engine's design; they are made from the typed tree only, never from text
      // (ARCHITECTURE.md).
      '@typescript-eslint/no-implied-eval': 'off',
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
