import { fileURLToPath } from 'node:url'
import boundaries from 'eslint-plugin-boundaries'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

const resolver = fileURLToPath(new URL('./scripts/lint/resolver.cjs', import.meta.url))
const nodePaths = { to: { module: { origin: 'core' } } }
const packages = (...names) => ({ to: { module: { origin: 'external', source: names } } })
const typesOf = (...names) => ({ ...packages(...names), dependency: { kind: 'type' } })
const room = (...types) => ({ to: { element: { types: { anyOf: types } } } })
const from = (...types) => ({ element: { types: { anyOf: types } } })

/** design.md, 3: a room may only import what is listed here. */
const rooms = [
  { from: from('shared'), allow: [room('shared'), packages('zod', '@orpc/contract')] },
  // Figure options are typed by ECharts; the library itself is the engine's and the page's.
  { from: from('shared'), allow: typesOf('echarts') },
  { from: from('engine', 'engine-room'), allow: [room('shared', 'engine'), nodePaths, packages('**')] },
  { from: from('engine', 'engine-room'), disallow: packages('electron', 'vue', 'vue-*', 'pinia') },
  { from: from('engine', 'cli'), allow: [{ to: entrance() }, { to: toolbox() }] },
  { from: from('engine-room'), allow: [{ to: entrance() }, { to: sameRoom() }, { to: toolbox() }] },
  {
    from: from('cli'),
    allow: [room('shared', 'cli', 'engine'), nodePaths, packages('commander', '@orpc/*', 'zod')],
  },
  { from: from('main'), allow: [room('shared', 'main'), nodePaths, packages('electron', 'zod')] },
  { from: from('preload'), allow: [room('shared', 'preload'), packages('electron')] },
  { from: from('renderer'), allow: [room('shared', 'renderer'), packages('**')] },
  { from: from('renderer'), disallow: packages('electron', 'onnxruntime-node', 'better-sqlite3', 'sharp') },
]

/** What another room may see of an engine room. */
function entrance() {
  return { element: { type: 'engine-room', fileInternalPath: 'index.ts' } }
}

/** `base` has no entrance: each of its files is one tool, free of the rest of the engine. */
function toolbox() {
  return { element: { type: 'engine-room', captured: { room: ['base', 'threads'] } } }
}

function sameRoom() {
  return { element: { type: 'engine-room', captured: { room: '{{ from.element.captured.room }}' } } }
}

export default tseslint.config(
  { ignores: ['node_modules/', 'out/', 'dist/', 'src/engine/onnx/schema/', '**/*.d.ts'] },
  { files: ['**/*.{ts,vue}'], extends: [tseslint.configs.strict] },
  { files: ['**/*.vue'], extends: [vue.configs['flat/recommended']] },
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // The formatter owns the layout of templates.
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off',
      // A room's components are named by the field's word, which is often one.
      'vue/multi-word-component-names': 'off',
      // Optional props without a default are `undefined` in TypeScript's own sense.
      'vue/require-default-prop': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['*.config.ts'],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.node.json', './tsconfig.web.json', './tsconfig.both.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['**/*.{ts,vue,js,mjs,cjs}'],
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-unused-vars': 'off',
    },
  },
  {
    files: ['**/*.{ts,vue}'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Parameters in a pure numeric core are indexed in pairs; `T[]` and generics read alike.
      '@typescript-eslint/unified-signatures': 'off',
      // `T | void` is how a callback says that it may also return nothing.
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
  {
    // Loops over pixels and state words index typed arrays within bounds they set themselves; a check per sample costs.
    files: [
      'src/engine/images/**/*.ts',
      'src/shared/{random,murmur,ziggurat,elementary}.ts',
      'src/shared/transforms/**/*.ts',
      'tests/engine/images/**/*.ts',
      'tests/shared/**/*.ts',
    ],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['tests/**', 'bench/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: ['src/engine/**', 'src/shared/**'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { [resolver]: {} },
      'boundaries/elements': [
        { type: 'engine-room', pattern: 'src/engine/*', capture: ['room'], partialMatch: false },
        ...['shared', 'engine', 'main', 'preload', 'renderer', 'cli'].map((type) => ({
          type,
          pattern: `src/${type}`,
          partialMatch: false,
        })),
      ],
    },
    rules: {
      'boundaries/dependencies': ['error', { default: 'disallow', checkAllOrigins: true, policies: rooms }],
      'boundaries/no-unknown-files': 'error',
    },
  },
)
