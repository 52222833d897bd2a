/**
 * Input gradients of full-size classifiers and of the trained sample models, against PyTorch in float64
 * (bench/peers/gradients.py), and the CPU time of forward and backward pass together. Needs Debian's PyTorch,
 * torchvision and onnx.
 * Run: node bench/gradients.ts [net …]
 */
import '#engine/base/noTelemetry.ts'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { differentiate, modelDigest, readModel, writeVariant } from '#engine/onnx/index.ts'
import { cpuRate } from './report.ts'

const python = '/usr/bin/python3'
const script = join(import.meta.dirname, 'peers', 'gradients.py')

/** The output of bench/peers/gradients.py for a net. */
interface PytorchResult {
  parameters: number
  /** Side of the input, in pixels. */
  side: number
  classes: number
  pytorchError: number
}

interface Comparison {
  net: string
  parameters: number
  /** Relative L2 errors against PyTorch in float64: ours, and that of PyTorch in float32. */
  error: number
  pytorchError: number
  /** Relative L2 error of ours against PyTorch in float32. */
  difference: number
  /** CPU time of forward and backward pass together on one thread, divided by that of the forward pass. */
  forwards: number
}

if (spawnSync(python, ['-c', 'import torch, torchvision, onnx']).status !== 0) {
  console.log('gradients: PyTorch, torchvision and onnx of Debian are not installed; nothing to compare with')
  process.exit(0)
}
const known = execFileSync(python, [script, '--list'], { encoding: 'utf8' }).trim().split('\n')
const wanted = process.argv.length > 2 ? process.argv.slice(2) : known

/** |a - b| / |b| */
function relative(a: Float32Array, b: Float32Array): number {
  let [difference, norm] = [0, 0]
  for (const [index, value] of b.entries()) {
    difference += ((a[index] ?? 0) - value) ** 2
    norm += value ** 2
  }
  return Math.sqrt(difference / norm)
}

const open = (path: string) =>
  InferenceSession.create(path, { executionProviders: ['cpu'], intraOpNumThreads: 1 })

async function measure(net: string, folder: string): Promise<Comparison> {
  const told = execFileSync(python, [script, net, folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const { parameters, side, classes, pytorchError }: PytorchResult = JSON.parse(told)
  const pixels = 3 * side * side
  const { buffer } = new Uint8Array(readFileSync(join(folder, `${net}.bin`)))
  const part = (offset: number, length: number) => new Float32Array(buffer, 4 * offset, length)
  const image = new Tensor('float32', part(0, pixels), [1, 3, side, side])
  const cotangent = new Tensor('float32', part(pixels, classes), [1, classes])
  const [exact, single] = [part(pixels + classes, pixels), part(2 * pixels + classes, pixels)]

  const model = await readModel(join(folder, `${net}.onnx`))
  const options = { digest: await modelDigest(model) }
  const write = (graph: typeof model.graph, name: string) =>
    writeVariant(model, graph, join(folder, net), name, options)
  const backward = differentiate(model.graph)
  const plain = await open(await write(model.graph, 'plain'))
  const forward = await cpuRate(() => plain.run({ input: image }))
  await plain.release()
  const both = await open(await write(backward, 'gradient'))
  const feeds = { input: image, cotangent }
  const gradient = Object.values(await both.run(feeds, ['gradient']))[0]?.data
  if (!(gradient instanceof Float32Array)) throw new Error(`${net}: no gradient of floats`)
  const forwards = forward / (await cpuRate(() => both.run(feeds)))
  await both.release()
  const [error, difference] = [relative(gradient, exact), relative(gradient, single)]
  return { net, parameters, error, pytorchError, difference, forwards }
}

const folder = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))
try {
  const rows: Comparison[] = []
  console.log('net'.padEnd(24), 'parameters  error  of PyTorch  against PyTorch  forwards')
  for (const net of wanted) {
    const row = await measure(net, folder)
    rows.push(row)
    const { parameters, error, pytorchError, difference, forwards } = row
    const errors = [error, pytorchError, difference].map((one) => one.toExponential(1)).join('  ')
    console.log(net.padEnd(24), `${(parameters / 1e6).toFixed(1)} M  ${errors}  ${forwards.toFixed(2)}`)
    for (const left of [`${net}.onnx`, `${net}.bin`, net])
      rmSync(join(folder, left), { recursive: true, force: true })
  }
  const out = join(import.meta.dirname, '../out/bench')
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'gradients.json'), `${JSON.stringify(rows, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
