import { fileURLToPath } from 'node:url'

const fromSource = import.meta.url.endsWith('.ts')

const workers = {
  inference: 'inference',
  images: 'images',
  graphs: 'onnx/thread',
  figures: 'figures',
  browse: 'datasets/browse',
} as const

/** Where the code of a worker thread is: its source when we run from source, its bundle beside ours when built. */
export const workerUrl = (name: keyof typeof workers) =>
  new URL(fromSource ? `./${workers[name]}/worker.ts` : `./${name}.worker.js`, import.meta.url)

/** Absolute path inside `resources/`, from source, from `out/` and in the packaged app alike. */
export const resourcePath = (...parts: string[]) =>
  fileURLToPath(new URL(['../../resources', ...parts].join('/'), import.meta.url))
