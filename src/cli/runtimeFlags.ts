import { Option } from 'commander'
import { integerOf } from './flags.ts'

/** Where models run. */
export const providerOption = (): Option =>
  new Option('--provider <name>', 'where models run').choices(['auto', 'cpu', 'cuda', 'tensorrt', 'webgpu'])

/** Threads of ONNX Runtime. */
export const threadsOption = (): Option =>
  new Option('--threads <n>', 'threads of ONNX Runtime, 0 for as many as there are cores').argParser(
    integerOf('--threads', 0),
  )

/** Images per batch. */
export const batchOption = (): Option =>
  new Option('--batch <n>', 'images per batch; 0 lets a short trial choose').argParser(
    integerOf('--batch', 0),
  )
