/**
 * What a GPU gives: speed of a study against `session.run` alone on the same device, agreement of predictions, outputs and
 * gradients with the processor, memory, the batch size that was chosen, and what happens when memory runs out. Where the
 * provider is not available it says what is missing, and ends with 0. The nets are made with Debian's PyTorch
 * (bench/peers), or are the ONNX files that are named.
 * Run: node bench/gpu.ts [--provider cuda|tensorrt|webgpu|cpu] [--images N] [resnet50 | vit_b16 | replknet31b | FILE.onnx …]
 */
import '#engine/base/noTelemetry.ts'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { openSession, openTensors, providerStates, type ProviderName } from '#engine/inference/index.ts'
import {
  classifierGraph,
  getModel,
  unchangedGraph,
  writeGraph,
  type StoredModel,
} from '#engine/models/index.ts'
import { labelsInput, weightInput } from '#engine/onnx/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { floorOf } from './floor.ts'
import { pictures } from './pictures.ts'
import { report, type Row } from './report.ts'
import { studyRate } from './studyRate.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { provider: { type: 'string', default: 'cuda' }, images: { type: 'string', default: '1024' } },
})
const provider: ProviderName = z.enum(['cuda', 'tensorrt', 'webgpu', 'cpu']).parse(values.provider)
const state = providerStates().find(({ name }) => name === provider)
if (!state?.available) {
  console.log(`gpu: ${provider} is not available: ${state?.reason}`)
  process.exit(0)
}
const onGpu = provider !== 'cpu'
const images = Number(values.images)
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))

/** Gives the ONNX file of a net of bench/peers, or the file itself. */
function fileOf(net: string): string {
  if (net.endsWith('.onnx')) return net
  const path = join(folder, `${net}.onnx`)
  const script = join(import.meta.dirname, 'peers', 'studies.py')
  execFileSync('/usr/bin/python3', [script, net, '--export', path], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return path
}

/** MiB of memory that this process uses on NVIDIA cards, by nvidia-smi, or null without it. */
function gpuMemory(): number | null {
  const asked = ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits']
  const { status, stdout } = spawnSync('nvidia-smi', asked, { encoding: 'utf8' })
  if (status !== 0) return null
  const rows = stdout.split('\n').map((line) => line.split(',').map(Number))
  return rows.reduce((sum, [pid, used]) => sum + (pid === process.pid ? (used ?? 0) : 0), 0)
}

/** Relative L2 difference between the input gradients of the two providers, for four images of noise. */
async function gradientDifference(engine: Engine, model: StoredModel): Promise<number> {
  const { workspace } = engine.session.open()
  const path = await writeGraph(workspace, model, 'gradient', {
    op: 'gradient',
    normalisation: model.preprocessing,
  })
  const { input, height, width, classes } = classifierGraph(model, path)
  const pixels = Float32Array.from({ length: 4 * height * width * 3 }, (_, i) => (Math.sin(i) + 1) / 2)
  const labels = new Float32Array(4 * classes)
  for (let row = 0; row < 4; row++) labels[row * classes + row] = 1
  const of = async (name: ProviderName) => {
    const session = await openTensors({ path, provider: name, threads: 0 })
    const feeds = [
      { name: input, data: pixels, shape: [4, height, width, 3] },
      { name: labelsInput, data: labels, shape: [4, classes] },
      { name: weightInput, data: Float32Array.of(1), shape: [1] },
    ]
    const { outputs } = await session.run(feeds, ['gradient'])
    await session.close()
    return outputs[0]?.data ?? new Float32Array()
  }
  const [a, b] = [await of('cpu'), await of(provider)]
  const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0))
  return norm(a.map((value, i) => value - (b[i] ?? NaN))) / norm(a)
}

/** Doubles the batch until memory runs out. Tells the largest that ran, how it ended, and whether one image runs after that. */
async function exhaust(engine: Engine, model: StoredModel): Promise<string> {
  const path = await writeGraph(engine.session.open().workspace, model, unchangedGraph.name, {
    op: 'pixels',
    normalisation: model.preprocessing,
  })
  const graph = classifierGraph(model, path)
  const session = await openSession({ ...graph, provider, threads: 0, pixelType: 'uint8' })
  const run = (batch: number) => {
    const pixels = new SharedArrayBuffer(batch * graph.height * graph.width * 3)
    return session.outputs({ pixels, first: 0, batch }, 1)
  }
  let [largest, ending] = [0, 'memory did not run out']
  try {
    for (let batch = 64; batch <= 16_384; batch *= 2) {
      await run(batch)
      largest = batch
    }
  } catch (error) {
    ending = error instanceof KernelscopeError ? error.code : String(error)
  }
  const after = await run(1).then(
    () => 'one image runs after that',
    (error: unknown) => `one image fails after that: ${String(error)}`,
  )
  await session.close()
  return `largest batch ${largest}, then ${ending}; ${after}`
}

const engine = await createEngine({ overrides: { provider } })
try {
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  const { dataset, jobId } = await client.datasets.add({ path: await pictures(folder, images) })
  for await (const job of await client.jobs.watch())
    if (job.id === jobId && ['done', 'failed'].includes(job.state)) break
  const rows: Row[] = []
  const notes: Record<string, string> = { provider, images: String(images) }
  for (const net of positionals.length > 0 ? positionals : ['resnet50', 'vit_b16', 'replknet31b']) {
    const { id, title, classes } = await client.models.add({ path: fileOf(net) })
    const labels = join(folder, 'labels.txt')
    writeFileSync(labels, Array.from({ length: classes }, (_, i) => `class${i}`).join('\n'))
    await client.models.update({ id, labels })
    const model = getModel(engine.session.open().workspace.db, id)
    const input = { modelIds: [id], datasetId: dataset.id }
    const clean = await studyRate(engine, { ...input, kind: 'clean-accuracy', params: {} })
    const drop = await studyRate(engine, { ...input, kind: 'random-patch-drop', params: { repeats: 1 } })
    const memory = gpuMemory()
    const batch = engine.session.db
      .prepare<[string], number>('SELECT batch FROM variant WHERE model_digest = ? AND batch IS NOT NULL')
      .pluck()
      .get(model.digest)
    const { perSecond: floor } = await floorOf(model.path, model.preprocessing.size, batch ?? 8, 0, provider)
    rows.push({ name: `${title}: session.run alone, batch ${batch ?? 8}`, perSecond: floor, ratio: 1 })
    rows.push({ name: `${title}: clean accuracy`, perSecond: clean, ratio: clean / floor })
    rows.push({ name: `${title}: random patch drop`, perSecond: drop, ratio: drop / floor })
    const same = await client.system.agreement({
      modelId: id,
      datasetId: dataset.id,
      images: 64,
      a: 'cpu',
      b: provider,
    })
    notes[title] = [
      `same class ${same.sameTop1} of ${same.images}, outputs within ${same.maxRelative.toExponential(1)} of the largest`,
      `gradients differ by ${(await gradientDifference(engine, model)).toExponential(1)} (relative L2)`,
      `memory ${memory === null ? 'not known (no nvidia-smi)' : `${memory} MiB`}`,
      ...(onGpu ? [await exhaust(engine, model)] : []),
    ].join('; ')
  }
  report('gpu', 'images', rows, notes)
  for (const [name, note] of Object.entries(notes)) console.log(`  ${name}: ${note}`)
} finally {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
}
