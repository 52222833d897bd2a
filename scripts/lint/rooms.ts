/**
 * The floor plan: which rooms there are and which others each may import. The linter holds the code to it, and
 * tests/docs/architecture.test.ts the tables of docs/architecture.md.
 */

/** Rooms by name, each with the rooms it imports. */
type Plan = Record<string, readonly string[]>

/** Rooms of the engine. Each imports those before it in the list. */
export const engineRooms: readonly string[] = [
  'base',
  'threads',
  'archives',
  'pickles',
  'workspace',
  'jobs',
  'onnx',
  'checkpoints',
  'inference',
  'images',
  'metrics',
  'facts',
  'models',
  'datasets',
  'saliency',
  'studies',
  'figures',
  'bundles',
  'report',
  'units',
  'cluster',
  'api',
  'serve',
]

/** Rooms of the studies, with those they import; `registry` is the file `registry.ts`. */
export const studyRooms: Plan = {
  definition: [],
  masks: ['definition'],
  measure: ['definition', 'masks'],
  sequences: ['definition'],
  summary: ['definition', 'sequences'],
  kinds: ['definition', 'masks', 'measure', 'summary'],
  benchmarks: ['definition', 'measure', 'summary'],
  store: ['definition', 'registry', 'summary'],
  run: ['definition', 'measure', 'sequences', 'store'],
  cost: ['definition', 'measure', 'registry', 'store'],
  results: ['definition', 'registry', 'sequences', 'store', 'summary'],
  images: ['definition', 'kinds', 'masks', 'measure', 'store'],
  reproduce: ['definition', 'masks', 'measure', 'registry', 'store', 'summary'],
  trial: ['definition', 'measure'],
  suite: ['cost', 'definition', 'registry', 'store'],
  questions: ['cost', 'definition', 'registry', 'store', 'suite'],
  paper: ['definition', 'kinds', 'registry', 'results', 'store', 'summary'],
  reading: ['cost', 'images', 'paper', 'questions', 'results', 'store', 'suite'],
}

/** Rooms of the API, with those they import. */
export const apiRooms: Plan = {
  files: [],
  session: ['files'],
  browsing: ['session'],
  system: ['session'],
  bytes: ['files', 'session'],
  handlers: ['browsing', 'bytes', 'files', 'session', 'system'],
}

/** Rooms of the page, with those they import. */
export const pageRooms: Plan = {
  lib: [],
  styles: [],
  ui: ['lib'],
  features: ['lib', 'ui'],
  frame: ['features', 'lib', 'ui'],
}

/** Features of the page, with those they import besides `lib` and `ui`. */
export const features: Plan = {
  adding: [],
  figures: [],
  guide: [],
  settings: [],
  kernels: ['figures'],
  datasets: ['adding', 'figures'],
  pictures: ['datasets', 'figures'],
  studies: ['datasets', 'figures', 'pictures'],
  image: ['datasets', 'figures', 'pictures', 'studies'],
  gallery: ['datasets', 'pictures'],
  models: ['adding', 'datasets', 'kernels', 'pictures'],
  compare: ['figures', 'kernels', 'models', 'pictures'],
  bundles: ['figures', 'studies'],
  ranking: ['figures', 'studies'],
}

/** Features that the frame around all pages takes parts of. */
export const featuresOfFrame: readonly string[] = ['adding', 'figures', 'guide']
