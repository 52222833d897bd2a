import { createRequire } from 'node:module'
import { z } from 'zod'

// Not called `require`: the bundler brings its own.
const load = createRequire(import.meta.url)

/** Version of ONNX Runtime, read from its package.json without loading the library. */
export const onnxruntimeVersion = z
  .object({ version: z.string() })
  .parse(load('onnxruntime-node/package.json')).version
