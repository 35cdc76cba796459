import stylistic from '@stylistic/eslint-plugin'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

// What may import what is held by test/architecture.test.ts.
const PROGRAMS = ['src/server.ts', 'src/main.js', 'src/node-version.cjs', 'src/**/*cli.ts']

export default defineConfig(
  // tables.ts is generated. The clients import what is generated when they run.
  globalIgnores(['.tap/', 'data/', 'openapi/', 'src/database/tables.ts', 'test/clients/typescript/']),
  tseslint.configs.recommendedTypeChecked,
  stylistic.configs.customize({ indent: 2, quotes: 'single', semi: false, braceStyle: '1tbs', commaDangle: 'never' }),
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Plugins, hooks and handlers are async whether or not they wait: that is how fastify tells them apart.
      '@typescript-eslint/require-await': 'off',
      // tap waits for its tests.
      '@typescript-eslint/no-floating-promises': ['error', {
        allowForKnownSafePromises: [{ from: 'package', package: '@tapjs/core', name: 'PromiseWithSubtest' }]
      }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, properties: false } }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, varsIgnorePattern: '^_$' }],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'object-shorthand': 'error',
      'prefer-template': 'error',
      '@stylistic/arrow-parens': ['error', 'as-needed'],
      '@stylistic/generator-star-spacing': ['error', 'both'],
      '@stylistic/indent-binary-ops': 'off',
      '@stylistic/max-len': ['error', { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreUrls: true }],
      '@stylistic/max-statements-per-line': 'off',
      '@stylistic/multiline-ternary': 'off',
      '@stylistic/operator-linebreak': 'off',
      '@stylistic/quote-props': ['error', 'as-needed'],
      '@stylistic/space-before-function-paren': ['error', 'always'],
      '@stylistic/yield-star-spacing': ['error', 'both']
    }
  },

  {
    files: ['src/**'],
    ignores: PROGRAMS,
    rules: {
      'no-restricted-properties': ['error', {
        object: 'process', property: 'env', message: 'Only programs read the environment.'
      }]
    }
  },
  { files: [...PROGRAMS, 'test/**'], rules: { 'no-console': 'off' } },
  {
    // What a client sees can be anything.
    files: ['test/**'],
    rules: Object.fromEntries(['assignment', 'member-access', 'argument', 'return', 'call'].map(
      what => [`@typescript-eslint/no-unsafe-${what}`, 'off']))
  },
  { files: ['**/*.{js,cjs}'], extends: [tseslint.configs.disableTypeChecked] }
)
