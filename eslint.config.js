import { fileURLToPath } from 'node:url'
import boundaries from 'eslint-plugin-boundaries'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'
import {
  apiRooms,
  engineRooms,
  features,
  featuresOfFrame,
  pageRooms,
  studyRooms,
} from './scripts/lint/rooms.ts'

const resolver = fileURLToPath(new URL('./scripts/lint/resolver.cjs', import.meta.url))
const nodePaths = { to: { module: { origin: 'core' } } }
const packages = (...names) => ({ to: { module: { origin: 'external', source: names } } })
const typesOf = (...names) => ({ ...packages(...names), dependency: { kind: 'type' } })
const room = (...types) => ({ to: { element: { types: { anyOf: types } } } })
const from = (...types) => ({ element: { types: { anyOf: types } } })

/** Rooms of a kind by name, e.g. the study rooms "measure" and "masks". */
const named = (type, ...names) => ({ element: { type, captured: { room: names } } })
/** What another room may see of an engine room. */
const entrance = (...names) => ({
  to: { element: { type: 'engine-room', captured: { room: names }, fileInternalPath: 'index.ts' } },
})
/** `base` and `threads` have no entrance: each of their files is one tool, free of the rest of the engine. */
const toolbox = { to: named('engine-room', 'base', 'threads') }
/** The file that lists all studies. */
const registry = {
  to: { element: { type: 'engine-room', captured: { room: 'studies' }, fileInternalPath: 'registry.ts' } },
}

const inEngine = ['engine', 'engine-room', 'study-room', 'api-room']
const inPage = ['renderer', 'page-room', 'feature']
const before = (name) => engineRooms.slice(0, engineRooms.indexOf(name))

/** Each room imports itself and those that the plan lists for it. */
const planned = (type, plan) =>
  Object.entries(plan).map(([name, others]) => ({
    from: named(type, name),
    allow: { to: named(type, name, ...others) },
  }))

/** scripts/lint/rooms.ts: a room may only import what is listed there. */
const rooms = [
  { from: from('shared'), allow: [room('shared'), packages('zod', '@orpc/contract')] },
  // Figure options are typed by ECharts; the library itself is the engine's and the page's.
  { from: from('shared'), allow: typesOf('echarts') },
  { from: from(...inEngine), allow: [room('shared', 'engine'), nodePaths, packages('**')] },
  { from: from(...inEngine), disallow: packages('electron', 'vue', 'vue-*', 'pinia') },
  { from: from(...inEngine, 'cli'), allow: toolbox },
  { from: from('engine', 'cli'), allow: entrance(...engineRooms) },
  ...engineRooms.map((name) => ({
    from: named('engine-room', name),
    allow: [{ to: named('engine-room', name) }, entrance(...before(name))],
  })),
  { from: named('engine-room', 'studies'), allow: room('study-room') },
  { from: from('study-room'), allow: entrance(...before('studies')) },
  ...planned('study-room', studyRooms),
  {
    from: named(
      'study-room',
      ...Object.keys(studyRooms).filter((name) => studyRooms[name].includes('registry')),
    ),
    allow: registry,
  },
  { from: named('engine-room', 'api'), allow: room('api-room') },
  { from: from('api-room'), allow: entrance(...before('api')) },
  ...planned('api-room', apiRooms),
  {
    from: from('cli'),
    allow: [room('shared', 'cli', 'engine'), nodePaths, packages('commander', '@orpc/*', 'zod')],
  },
  { from: from('remote'), allow: [room('shared', 'remote'), nodePaths, packages('zod')] },
  { from: from('main', 'cli'), allow: room('remote') },
  { from: from('main'), allow: [room('shared', 'main'), nodePaths, packages('electron', 'zod')] },
  { from: from('preload'), allow: [room('shared', 'preload'), packages('electron')] },
  { from: from(...inPage), allow: [room('shared'), packages('**')] },
  { from: from(...inPage), disallow: packages('electron', 'onnxruntime-node', 'better-sqlite3', 'sharp') },
  { from: from('renderer'), allow: room('renderer', 'page-room', 'feature') },
  ...planned('page-room', pageRooms),
  { from: named('page-room', 'frame'), allow: { to: named('feature', ...featuresOfFrame) } },
  { from: from('feature'), allow: { to: named('page-room', 'lib', 'ui') } },
  ...planned('feature', features),
]

/** Parts of `src` that are no rooms of another. */
const parts = ['shared', 'engine', 'remote', 'main', 'preload', 'renderer', 'cli']
const roomsIn = (folder, type, names) => names.map((name) => [`${folder}/${name}`, type, name])
/** Folders with their kind and name, an outer one before those in it. */
const folders = [
  ...parts.map((name) => [`src/${name}`, name]),
  ...roomsIn('src/engine', 'engine-room', engineRooms),
  ...roomsIn('src/engine/studies', 'study-room', Object.keys(studyRooms)),
  ...roomsIn('src/engine/api', 'api-room', Object.keys(apiRooms)),
  ...roomsIn('src/renderer', 'page-room', ['frame', 'lib', 'styles', 'ui']),
  ...roomsIn('src/renderer/features', 'feature', Object.keys(features)),
]

/** Whether a policy is one of a folder. The rule compares each import with each policy that it gets, which takes long. */
const isFrom = (element, type, name) =>
  element.types?.anyOf.includes(type) || (element.type === type && element.captured.room.includes(name))

/** What reads or writes only files of Kernelscope itself: of the workspace, of `resources/`, drafts of what is written. */
const opensOwnFiles = [
  'src/engine/base/**',
  'src/engine/workspace/**',
  'src/engine/api/files/halves.ts',
  'src/engine/api/files/uploads.ts',
  'src/engine/api/session/lastWorkspace.ts',
  'src/engine/bundles/{archive,lines}.ts',
  'src/engine/cluster/profiles.ts',
  'src/engine/figures/typeface.ts',
  'src/engine/models/labels.ts',
  'src/engine/onnx/file/{variant,whole}.ts',
  'src/engine/saliency/gradients.ts',
  'src/engine/serve/{running,starting}.ts',
  'src/engine/studies/masks/{draws,replayFile}.ts',
  'src/engine/studies/summary/{answers,paper}.ts',
]
const message = 'Files of the user are opened by src/engine/base/userFile.ts.'

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
    // A pipe or a device among the files of the user would be read for ever.
    files: ['src/engine/**/*.ts'],
    ignores: opensOwnFiles,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'node:fs',
              importNames: ['createReadStream', 'openSync', 'readFile', 'readFileSync'],
              message,
            },
            { name: 'node:fs/promises', importNames: ['open', 'readFile'], message },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { [resolver]: {} },
      'boundaries/elements': [
        { type: 'study-room', pattern: 'src/engine/studies/*', capture: ['room'], partialMatch: false },
        { type: 'api-room', pattern: 'src/engine/api/*', capture: ['room'], partialMatch: false },
        { type: 'engine-room', pattern: 'src/engine/*', capture: ['room'], partialMatch: false },
        { type: 'feature', pattern: 'src/renderer/features/*', capture: ['room'], partialMatch: false },
        {
          type: 'page-room',
          pattern: 'src/renderer/{frame,lib,styles,ui}',
          capture: ['room'],
          partialMatch: false,
        },
        ...parts.map((type) => ({ type, pattern: `src/${type}`, partialMatch: false })),
      ],
    },
    rules: { 'boundaries/no-unknown-files': 'error' },
  },
  ...folders.map(([folder, type, name]) => ({
    files: [`${folder}/**/*.{ts,vue}`],
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkAllOrigins: true,
          policies: rooms.filter(({ from }) => isFrom(from.element, type, name)),
        },
      ],
    },
  })),
)
