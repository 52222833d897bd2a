import { fromSource } from '../base/resources.ts'

/** Folder of each worker's source, relative to the engine. */
const workers = {
  inference: 'inference',
  images: 'images',
  graphs: 'checkpoints/thread',
  figures: 'figures',
  browse: 'datasets/browse',
  reading: 'studies/reading',
  keeping: 'workspace/keeping',
} as const

/** Name of a worker thread. */
export type WorkerName = keyof typeof workers

/** Returns the URL of a worker's code: its source file when run from source, its bundle when built. */
export const workerUrl = (name: WorkerName) =>
  new URL(fromSource ? `../${workers[name]}/worker.ts` : `./${name}.worker.js`, import.meta.url)
