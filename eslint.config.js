// @ts-check
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** AWS clients and the SQL driver cost hundreds of milliseconds to load; only types may be static. */
const lazyPackages = {
  regex: '^(@aws-sdk/|@smithy/|mssql$|tedious$)',
  allowTypeImports: true,
  message: 'Load it with `await import()` in the call that needs it; only types may be static.',
};
/** @param {string} message @param {string[]} group */
const forbidden = (message, group) => ({ group, message });
const noVscode = forbidden('src/core knows nothing of the editor.', ['vscode']);
const noSandbox = forbidden('Nothing outside src/sandbox knows the sandbox exists.', [
  '**/sandbox/**',
]);
const noShells = forbidden('The engine knows nothing of its users.', ['**/ui/**', '**/cli/**']);

/**
 * @param {object[]} patterns
 * @returns {import('eslint').Linter.RulesRecord}
 */
const imports = (...patterns) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
});

export default defineConfig(
  { ignores: ['dist*/', 'out*/', 'node_modules/', '.vscode-test/', 'coverage/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // `import { type X }` alone would still load the module: with its types, the SDK or the engine.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // A caught error is passed on as it is.
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['src/core/**/*.ts'],
    rules: imports(lazyPackages, noVscode, noSandbox, noShells),
  },
  {
    files: ['src/cli/**/*.ts'],
    rules: imports(lazyPackages, noVscode, noSandbox, forbidden('No editor here.', ['**/ui/**'])),
  },
  {
    files: ['src/extension.ts', 'src/ui/**/*.ts'],
    rules: imports(
      lazyPackages,
      noSandbox,
      forbidden('The editor never goes through the CLI.', ['**/cli/**']),
    ),
  },
  {
    // The sandbox checks the engine, so it shares no code path with it: only the names of the
    // envelope's headers and the reader of backup headers.
    files: ['src/sandbox/**/*.ts'],
    rules: imports(
      noVscode,
      noShells,
      {
        regex: '^(@aws-sdk/|@smithy/|mssql$|tedious$)',
        message: 'The sandbox speaks AWS and TDS itself; it never calls a client of them.',
      },
      {
        regex: 'core/(?!backupFile/|envelope/format\\.js$|errors\\.js$|byteSource\\.js$)',
        message:
          'The sandbox may use only backupFile, byteSource, errors and the format constants.',
      },
    ),
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // node:test's describe/it return promises that the runner awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'it', 'test', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.mjs', '*.js'],
    languageOptions: { globals: {} },
  },
);
