import stylistic from '@stylistic/eslint-plugin'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

// The direction of the code: routes → queries → database; schemas import only pieces of schemas.
const HTTP = { regex: '^(fastify|@fastify/.*)$', message: 'Only routes and src/http know of HTTP.' }
const REPLIES = {
  regex: '/http/(app|batch|body|etag|formats|problem|version|write)\\.ts$',
  message: 'A rule throws a Refusal; src/http turns it into an answer.'
}
const ROUTES = { regex: '/routes\\.ts$', message: 'Only app.ts registers routes; a feature does not import those of another.' }
const APP = { regex: '^\\.\\.?/(app|server|config)\\.ts$', message: 'Only the process knows the app and its configuration.' }
const FEATURE = {
  regex: '^\\.\\.?/(?!http/|database/|operations/metrics\\.ts)[a-z-]+/',
  message: 'What all features share imports none of them.'
}
const DATABASE = {
  regex: '/(database/.*|queries|import)\\.ts$|^(kysely|pg)$',
  message: 'A schema imports only pieces of schemas.'
}

function imports (files, ignores, patterns) {
  return { files, ignores, rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] } }
}

export default defineConfig(
  // tables.ts is generated.
  globalIgnores(['.tap/', 'data/', 'openapi/', 'src/database/tables.ts']),
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

  imports(['src/**'], ['src/app.ts', 'src/server.ts', 'src/openapi/**', 'src/*/routes.ts', 'src/*/command.ts', 'src/http/**', 'src/*/schema.ts'],
    [HTTP, REPLIES, ROUTES, APP]),
  imports(['src/*/routes.ts'], [], [ROUTES, APP, { regex: '^(kysely|pg)$', message: 'SQL belongs into queries.ts.' }]),
  imports(['src/*/schema.ts'], [], [HTTP, ROUTES, APP, DATABASE]),
  imports(['src/http/**'], [], [ROUTES, FEATURE]),
  imports(['src/database/**', 'src/*.ts'], ['src/app.ts', 'src/server.ts'], [HTTP, APP, ROUTES, FEATURE]),
  {
    files: ['src/**'],
    ignores: ['src/server.ts', 'src/*/command.ts'],
    rules: {
      'no-restricted-properties': ['error', {
        object: 'process', property: 'env', message: 'Only programs read the environment.'
      }]
    }
  },
  // Programs of their own, which speak to whoever runs them.
  { files: ['src/server.ts', 'src/*/command.ts', 'src/database/migrations/tables-cli.ts', 'src/openapi/cli.ts', 'test/**'], rules: { 'no-console': 'off' } },
  {
    // What a client sees can be anything.
    files: ['test/**'],
    rules: Object.fromEntries(['assignment', 'member-access', 'argument', 'return', 'call'].map(
      what => [`@typescript-eslint/no-unsafe-${what}`, 'off']))
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] }
)
