import { fromSource } from '../base/resources.ts'

/** Folder of each worker's source, relative to the engine. */
const workers = {
  inference: 'inference',
  images: 'images',
  graphs: 'onnx/thread',
  figures: 'figures',
  browse: 'datasets/browse',
} as const

export type WorkerName = keyof typeof workers

/** Where the code of a worker thread is: its source when we run from source, its bundle beside ours when built. */
export const workerUrl = (name: WorkerName) =>
  new URL(fromSource ? `../${workers[name]}/worker.ts` : `./${name}.worker.js`, import.meta.url)
