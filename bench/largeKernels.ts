/**
 * Ways to compute large depthwise convolutions by ONNX graphs, each as a graph of one layer, against the convolution as it is:
 * CPU time of one thread, or with --wall time on all cores. All ways of a layer run in turn, and the fastest call counts. Also
 * multiply-accumulates a second beside those of a product of matrices, which is what the processor can do.
 * Run: node bench/largeKernels.ts [--wall] [--batch N]… [channels,side,kernel …]
 */
import '#engine/base/noTelemetry.ts'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { encodeModel } from '#engine/onnx/file/encode.ts'
import { generator } from '#shared/random.ts'
import { graphOf, wayNames, type Layer } from './largeKernels/ways.ts'
import { cpuSeconds, report, type Row } from './report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { wall: { type: 'boolean', default: false }, batch: { type: 'string', multiple: true } },
})
const threads = values.wall ? availableParallelism() : 1
/** RepLKNet-31B at 224 px, the sample's RepLK-31 at 96 px, and the widest layer of ConvNeXt-T. */
const layers = ['128,56,31', '256,28,29', '512,14,27', '1024,7,13', '32,24,31', '64,12,23', '96,56,7']
const seconds = () => (values.wall ? performance.now() / 1000 : cpuSeconds())

interface Running {
  name: string
  session: InferenceSession
  best: number
  error: number
  same: boolean
}

const open = (bytes: Uint8Array) =>
  InferenceSession.create(bytes, { executionProviders: ['cpu'], intraOpNumThreads: threads })

function answerOf(found: InferenceSession.OnnxValueMapType): Float32Array {
  const data = found['answer']?.data
  if (data instanceof Float32Array) return data
  throw new Error('no answer of floats')
}

/** Runs all ways of a layer in turn, for `calls` rounds. */
async function measure(layer: Layer, batch: number, calls: number): Promise<Running[]> {
  const random = generator('bench large kernels')
  const { channels, side } = layer
  const data = Float32Array.from({ length: batch * channels * side * side }, () => random.uniform() - 0.5)
  const image = new Tensor('float32', data, [batch, channels, side, side])
  const running: Running[] = []
  let wanted: Float32Array | undefined
  for (const name of wayNames) {
    const graph = graphOf(name, layer, batch)
    if (!graph) continue
    const session = await open(encodeModel(graph, new Map()))
    const found = answerOf(await session.run({ image }))
    wanted ??= found.slice()
    running.push({ name, session, best: Infinity, ...compared(found, wanted) })
  }
  for (let call = 0; call < calls; call++)
    for (const one of running) {
      const started = seconds()
      await one.session.run({ image })
      one.best = Math.min(one.best, seconds() - started)
    }
  for (const { session } of running) await session.release()
  return running
}

/** Largest difference relative to the largest value, and whether all bits are the same. */
function compared(found: Float32Array, wanted: Float32Array): { error: number; same: boolean } {
  let [difference, largest] = [0, 0]
  for (const [at, value] of wanted.entries()) {
    difference = Math.max(difference, Math.abs((found[at] ?? NaN) - value))
    largest = Math.max(largest, Math.abs(value))
  }
  return { error: difference / largest, same: difference === 0 }
}

/** Multiply-accumulates a second of a product of matrices. */
async function peak(): Promise<number> {
  const side = 1024
  const graph = {
    ...{ name: 'product', irVersion: 8, opsets: new Map([['', 18]]), tensors: new Map() },
    inputs: ['a', 'b'].map((name) => ({ name, type: 'float32' as const, shape: [side, side] })),
    outputs: [{ name: 'answer', type: 'float32' as const, shape: null }],
    nodes: [
      { name: 'product', op: 'MatMul', domain: '', inputs: ['a', 'b'], outputs: ['answer'], attributes: {} },
    ],
  }
  const session = await open(encodeModel(graph, new Map()))
  const matrix = new Tensor(
    'float32',
    Float32Array.from({ length: side * side }, (_, at) => Math.sin(at)),
    [side, side],
  )
  let best = Infinity
  for (let call = 0; call < 12; call++) {
    const started = seconds()
    await session.run({ a: matrix, b: matrix })
    best = Math.min(best, seconds() - started)
  }
  await session.release()
  return side ** 3 / best
}

const rows: Row[] = []
const limit = await peak()
for (const text of positionals.length > 0 ? positionals : layers) {
  const [channels = 0, side = 0, kernel = 0] = text.split(',').map(Number)
  const random = generator('bench large kernels', text)
  const weight = Float32Array.from({ length: channels * kernel * kernel }, () => random.uniform() - 0.5)
  const macs = channels * (side * kernel) ** 2
  for (const batch of (values.batch ?? ['1', '8']).map(Number)) {
    const found = await measure({ channels, side, kernel, weight }, batch, 8)
    for (const { name, best, error, same } of found) {
      const told = same ? 'same bits' : error.toExponential(1)
      const rate = (macs * batch) / best
      rows.push({
        name: `${text} x ${batch}: ${name} (${told}, ${(rate / 1e9).toFixed(0)} GMAC/s)`,
        perSecond: batch / best,
        ratio: (found[0]?.best ?? NaN) / best,
      })
    }
  }
}
report('largeKernels', values.wall ? 'images' : 'images per CPU', rows, {
  threads: String(threads),
  'product of matrices': `${(limit / 1e9).toFixed(1)} GMAC/s`,
})
console.log(`  a product of matrices: ${(limit / 1e9).toFixed(1)} GMAC/s`)
