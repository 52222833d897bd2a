/**
 * The cost of rewritten graphs against the original one, in the same process with the same threads: gates, removed
 * blocks, pixels as input, forward with backward pass. Also the time to read, inspect and write a variant.
 * tools/export makes full-size classifiers, to be given as arguments; the sample's models are the default.
 * Run: node bench/graph.ts [model.onnx …]
 */
import '#engine/base/noTelemetry.ts'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import {
  acceptPixels,
  classifierInterface,
  differentiate,
  gate,
  inspect,
  modelDigest,
  readModel,
  writeVariant,
} from '#engine/onnx/index.ts'
import { rate, report, type Row } from './report.ts'

const threads = 2
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))
const sample = join(import.meta.dirname, '../resources/sample/models')
const given = process.argv.slice(2)
const paths =
  given.length > 0
    ? given
    : readdirSync(sample)
        .filter((name) => name.endsWith('.onnx'))
        .map((name) => join(sample, name))

/** Measures images per second of a graph on one prepared batch. */
async function imagesPerSecond(path: string, feeds: Record<string, Tensor>, batch: number): Promise<number> {
  const session = await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
  })
  const perSecond = batch * (await rate(() => session.run(feeds), 4))
  await session.release()
  return perSecond
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ result: T; milliseconds: number }> {
  const start = performance.now()
  const result = await work()
  return { result, milliseconds: performance.now() - start }
}

async function measure(path: string, rows: Row[], notes: Record<string, string>): Promise<void> {
  const name = basename(path, '.onnx')
  const read = await timed(() => readModel(path))
  const model = read.result
  const inspected = await timed(() => inspect(model))
  const { input, height, width, classes, batch: fixed } = classifierInterface(inspected.result)
  const batch = fixed === 'dynamic' ? 4 : fixed
  const size = [height ?? 224, width ?? 224]
  const digest = await modelDigest(model)
  const write = (graph: typeof model.graph, variant: string) =>
    writeVariant(model, graph, join(folder, name), variant, { digest })
  const floats = (shape: number[], scale = 1) => {
    const data = Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => scale * Math.sin(i),
    )
    return new Tensor('float32', data, shape)
  }
  const image = { [input]: floats([batch, 3, ...size]) }
  const first = await timed(() => write(model.graph, 'plain'))
  const plain = await imagesPerSecond(first.result, image, batch)
  const row = (what: string, perSecond: number) =>
    rows.push({ name: `${name}: ${what}`, perSecond, ratio: perSecond / plain })
  row('as it is', plain)

  const pixels = new Tensor('uint8', new Uint8Array(batch * 3 * (size[0] ?? 0) * (size[1] ?? 0)), [
    batch,
    ...size,
    3,
  ])
  const half: [number, number, number] = [0.5, 0.5, 0.5]
  const taking = await write(acceptPixels(model.graph, { mean: half, std: half }), 'pixels')
  row('taking pixels', await imagesPerSecond(taking, { pixels }, batch))

  const blocks = inspected.result.blocks.filter(({ removable }) => removable)
  if (blocks.length > 1) {
    const gates = new Tensor('float32', new Float32Array(blocks.length).fill(1), [blocks.length])
    row(
      'gated, all blocks on',
      await imagesPerSecond(await write(gate(model.graph, blocks), 'gate'), { ...image, gates }, batch),
    )
    const every = [...blocks.keys()].filter((place) => place % 2 === 1)
    row(
      'half its blocks cut out',
      await imagesPerSecond(
        await write(gate(model.graph, blocks, every), 'cut'),
        { ...image, gates: new Tensor('float32', gatesWithout(blocks.length, every), [blocks.length]) },
        batch,
      ),
    )
  }

  const derived = await timed(() => differentiate(model.graph))
  const variant = await timed(() => write(derived.result, 'gradient'))
  const both = await imagesPerSecond(variant.result, { ...image, cotangent: floats([batch, classes]) }, batch)
  row('forward and backward', both)
  notes[name] = [
    `${(model.bytes / 1e6).toFixed(0)} MB`,
    `read ${read.milliseconds.toFixed(0)} ms`,
    `inspected ${inspected.milliseconds.toFixed(0)} ms`,
    `weights and first variant ${first.milliseconds.toFixed(0)} ms`,
    `differentiated ${derived.milliseconds.toFixed(0)} ms`,
    `gradient variant written in ${variant.milliseconds.toFixed(0)} ms, ${(statSync(variant.result).size / 1e3).toFixed(0)} kB`,
    `forward and backward cost ${(plain / both).toFixed(2)} forwards`,
  ].join(', ')
}

/** Gates of `blocks` blocks, closed at some places. */
function gatesWithout(blocks: number, places: readonly number[]): Float32Array {
  return Float32Array.from({ length: blocks }, (_, place) => (places.includes(place) ? 0 : 1))
}

try {
  const rows: Row[] = []
  const notes: Record<string, string> = {}
  for (const path of paths) {
    await measure(path, rows, notes)
    rmSync(join(folder, basename(path, '.onnx')), { recursive: true })
  }
  report('graph', 'images', rows, notes)
  for (const [name, note] of Object.entries(notes)) console.log(`  ${name}: ${note}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
