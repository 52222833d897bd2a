/**
 * Images in 50 tars against the same images in class folders: indexing (listing, digests, sizes), loading into a model's
 * input, and a whole study (random patch drop, the sample's RepLK-3), in images per second; and listing the tars against reading
 * the lists that a workspace keeps. All by the CPU time of all threads, which hardly depends on other work on the machine, and by
 * wall time.
 * Run: node bench/archives.ts [number of images, by default 50,000]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { create } from 'tar'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { forgetArchives, keepListsIn, openArchive } from '#engine/archives/index.ts'
import { resourcePath } from '#engine/base/resources.ts'
import { createImagePool } from '#engine/images/index.ts'
import { report, type Row } from './report.ts'

const count = Number(process.argv[2] ?? 50_000)
const shards = 50
/** As many as the model of the study has outputs. */
const classes = 16
const loaded = Math.min(count, 5000)
const base = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))
const folder = join(base, 'folders')
const archives = join(base, 'shards')

const archiveOf = (shard: number) => join(archives, `images-${String(shard).padStart(6, '0')}.tar`)
const nameOf = (index: number) => `class-${index % classes}/${String(index).padStart(6, '0')}.jpg`

/** Writes the images twice: into class folders, and into shards of them. No two have the same bytes. */
async function write(): Promise<void> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
  const image = await sharp({ create: { width: 96, height: 96, channels: 3, background: '#808080', noise } })
    .jpeg({ quality: 90 })
    .toBuffer()
  for (let index = 0; index < classes; index++) mkdirSync(join(folder, `class-${index}`), { recursive: true })
  for (let index = 0; index < count; index++)
    writeFileSync(join(folder, nameOf(index)), Buffer.concat([image, Buffer.from(String(index))]))
  mkdirSync(archives)
  const each = Math.ceil(count / shards)
  for (let shard = 0; shard < shards; shard++) {
    const names = Array.from({ length: Math.min(each, count - shard * each) }, (_, at) =>
      nameOf(shard * each + at),
    )
    create({ file: archiveOf(shard), cwd: folder, sync: true }, names)
  }
}

/** CPU seconds of all threads, and seconds, that some work takes. */
async function timed(work: () => Promise<void>): Promise<{ cpu: number; wall: number }> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { cpu: (user + system) / 1e6, wall: (performance.now() - wall) / 1000 }
}

/** Indexes a dataset in a new workspace. */
async function indexed(path: string, name: string) {
  const engine = await createEngine({ overrides: { provider: 'cpu', batch: 16, threads: 1 } })
  await engine.client.workspace.create({ path: join(base, `workspace-${name}`) })
  const times = await timed(async () => {
    const { jobId } = await engine.client.datasets.add({ path })
    for await (const job of await engine.client.jobs.watch())
      if (job.id === jobId && ['done', 'failed'].includes(job.state)) return
  })
  const { images, state } = await engine.client.datasets.get({ id: 1 })
  if (images !== count || state !== 'ready')
    throw new Error(`${images} images of ${path} are indexed: ${state}`)
  return { times, engine }
}

/** Images of a study, drawn over all classes. */
const perClass = Math.min(100, Math.floor(count / classes))

/** Runs a study with shares of dropped patches that were not measured yet. */
async function study({ client }: Engine, modelId: number, percents: number[]) {
  const input = {
    kind: 'random-patch-drop',
    modelIds: [modelId],
    datasetId: 1,
    sample: { perClass, seed: 0 },
  }
  return timed(async () => {
    const { job } = await client.studies.run({ ...input, params: { percents, repeats: 1 } })
    for await (const { id, state } of await client.jobs.watch())
      if (id === job?.id && ['done', 'failed'].includes(state)) return
  })
}

async function addModel({ client }: Engine): Promise<number> {
  const { id } = await client.models.add({ path: resourcePath('sample', 'models', 'replk3.onnx') })
  const labels = join(base, 'labels.txt')
  writeFileSync(labels, Array.from({ length: classes }, (_, index) => `class-${index}`).join('\n'))
  await client.models.update({ id, labels })
  return id
}

/** Opens all archives as after a start. */
const listed = () =>
  timed(async () => {
    forgetArchives()
    for (let shard = 0; shard < shards; shard++) await openArchive(archiveOf(shard))
  })

/** Loads images in a seeded order, as a study does, with as many workers as there are cores. */
async function load(paths: readonly string[]) {
  const pool = createImagePool({ workers: cpus().length, cacheBytes: 0 })
  const preprocessing = { size: [64, 64], resize: 'squash', resizeTo: 64, interpolation: 'bilinear' } as const
  const target = new SharedArrayBuffer(64 * 64 * 3 * 64)
  const all = async (some: readonly string[]) => {
    for (let at = 0; at < some.length; at += 64)
      await Promise.all(
        some.slice(at, at + 64).map((path, slot) =>
          pool.load(
            {
              path,
              imageKey: path,
              preprocessing: { ...preprocessing, size: [64, 64] },
              transforms: [{ transform: { op: 'identity' }, slot }],
            },
            target,
          ),
        ),
      )
  }
  await all(paths.slice(0, 200))
  const times = await timed(() => all(paths))
  await pool.close()
  return times
}

/** A step through all images that visits every shard and class early. */
const spread = Array.from({ length: loaded }, (_, at) => (at * 7919) % count)
const each = Math.ceil(count / shards)
const inShards = (index: number) => join(archiveOf(Math.floor(index / each)), nameOf(index))

try {
  await write()
  const inFolders = await indexed(folder, 'folders')
  const inArchives = await indexed(archives, 'shards')
  const rows: Row[] = []
  const add = (name: string, n: number, seconds: number, baseline: number) =>
    rows.push({ name, perSecond: n / seconds, ratio: baseline / seconds })
  for (const kind of ['cpu', 'wall'] as const) {
    const of = inFolders.times[kind]
    add(`index: folders, ${kind} time`, count, of, of)
    add(`index: ${shards} tars, ${kind} time`, count, inArchives.times[kind], of)
  }
  const paths = spread.map((index) => join(folder, nameOf(index)))
  const packed = spread.map(inShards)
  const runs = [await load(paths), await load(packed), await load(paths), await load(packed)]
  for (const kind of ['cpu', 'wall'] as const) {
    const best = (from: number) => Math.min(...[from, from + 2].map((at) => runs[at]?.[kind] ?? Infinity))
    add(`load: folders, ${kind} time`, loaded, best(0), best(0))
    add(`load: ${shards} tars, ${kind} time`, loaded, best(1), best(0))
  }
  const engines = [inFolders.engine, inArchives.engine]
  const models = await Promise.all(engines.map(addModel))
  const shares = [[], []] as Awaited<ReturnType<typeof study>>[][]
  for (const percents of [
    [10, 20, 30],
    [40, 50, 60],
    [70, 80, 90],
  ])
    for (const [at, engine] of engines.entries())
      shares[at]?.push(await study(engine, models[at] ?? 0, percents))
  for (const engine of engines) await engine.close()
  keepListsIn(null)
  const scanned = await listed()
  keepListsIn(join(base, 'lists'))
  await listed()
  const kept = await listed()
  for (const kind of ['cpu', 'wall'] as const) {
    const best = (at: number) => Math.min(...(shares[at] ?? []).map((times) => times[kind]))
    const passes = 3 * perClass * classes
    add(`study: folders, ${kind} time`, passes, best(0), best(0))
    add(`study: ${shards} tars, ${kind} time`, passes, best(1), best(0))
    add(`list: ${shards} tars by their headers, ${kind} time`, count, scanned[kind], scanned[kind])
    add(`list: ${shards} tars as kept, ${kind} time`, count, kept[kind], scanned[kind])
  }
  report('archives', 'images', rows, {
    baseline: 'the same images in folders',
    image: `96x96 JPEG, ${count} of them`,
  })
} finally {
  rmSync(base, { recursive: true })
}
