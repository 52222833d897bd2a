/**
 * The ways to remove blocks: gated, cut out, and in segments that share prefixes. CPU time of one thread of ONNX Runtime,
 * with all else that a study does, in turns; the median of the rounds.
 * Run: node bench/lesions.ts [--rounds N] [--images N] [--only every|five] [--ways gated,shared] [net.onnx …]; without
 * nets, those of the sample
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { currentVariant } from '#engine/facts/index.ts'
import { getModel, setSessionTime } from '#engine/models/index.ts'
import { recountFacts } from '#engine/workspace/index.ts'
import { cpuSeconds, report, type Row } from './report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    images: { type: 'string', default: '64' },
    only: { type: 'string', default: 'every,five' },
    ways: { type: 'string', default: 'gated,cut out,shared' },
  },
})
const rounds = Number(values.rounds)
const images = Number(values.images)
const sample = join(import.meta.dirname, '../resources/sample/models')
const nets = positionals.length > 0 ? positionals : readdirSync(sample).map((name) => join(sample, name))
const studies = {
  'every single block': { samples: 1, step: 20, singles: true },
  'five subsets of each size': { samples: 5, singles: false },
}
/** Stored times of a trial by which a way is chosen: [plan, seconds per image]. */
const ways: Record<string, [string, number][]> = {
  gated: [
    ['gated', 1],
    ['segments-differ', 0],
    ['half-cut-differs', 0],
  ],
  'cut out': [
    ['gated', 1],
    ['segments-differ', 0],
    ['half-cut-equal', 0.1],
  ],
  shared: [
    ['gated', 1],
    ['segments-equal', 0.01],
  ],
}
const chosen = values.ways.split(',')

const folder = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))

/** Writes pictures of noise, so that nothing is left out for being equal. */
async function pictures(): Promise<string> {
  const target = join(folder, 'pictures', 'class0')
  mkdirSync(target, { recursive: true })
  for (let at = 0; at < images; at++) {
    const noise = { type: 'gaussian' as const, mean: 100 + (at % 64), sigma: 40 }
    const create = { width: 224, height: 224, channels: 3 as const, noise, background: '#888' }
    await sharp({ create })
      .png()
      .toFile(join(target, `${at}.png`))
  }
  return join(folder, 'pictures')
}

async function ended({ client }: Engine, id: number | undefined) {
  for await (const job of await client.jobs.watch()) {
    if (job.id !== id || !['done', 'failed'].includes(job.state)) continue
    if (job.problem) throw new Error(job.problem.message)
    return job
  }
  throw new Error('the stream of jobs ended')
}

const engine = await createEngine({ overrides: { provider: 'cpu', batch: 8, threads: 1 } })
try {
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  const { dataset, jobId } = await client.datasets.add({ path: await pictures() })
  await ended(engine, jobId)
  const { db } = engine.session.open().workspace
  const rows: Row[] = []
  for (const path of nets) {
    const { id } = await client.models.add({ path })
    const model = getModel(db, id)
    const classes = Array.from({ length: model.classes ?? 1000 }, (_, at) => `class${at}`)
    const labels = join(folder, 'labels.txt')
    writeFileSync(labels, classes.join('\n'))
    await client.models.update({ id, labels })
    const common = { modelIds: [id], datasetId: dataset.id }
    await ended(engine, (await client.studies.run({ kind: 'clean-accuracy', ...common })).job?.id)
    const variant = currentVariant(db, getModel(db, id))?.id ?? 0
    for (const [title, params] of Object.entries(studies)) {
      if (!values.only.split(',').some((word) => title.startsWith(word))) continue
      const found = new Map(chosen.map((way) => [way, [] as number[]]))
      for (let round = 0; round < rounds; round++)
        for (const way of chosen) {
          db.prepare('DELETE FROM session_time WHERE variant_id = ?').run(variant)
          for (const [plan, secondsPerImage] of ways[way] ?? [])
            setSessionTime(db, variant, plan, { secondsToOpen: 0, secondsPerImage })
          db.transaction(() => {
            db.prepare(`DELETE FROM prediction WHERE variant_id != ?`).run(variant)
            recountFacts(db)
          })()
          const before = cpuSeconds()
          const study = await client.studies.run({ kind: 'lesion', ...common, params })
          const { progress } = await ended(engine, study.job?.id)
          found.get(way)?.push((progress.done - progress.cacheHits) / (cpuSeconds() - before))
        }
      const median = (numbers: number[] = []) =>
        numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
      const baseline = median(found.get('gated'))
      for (const [way, numbers] of found)
        rows.push({
          name: `${basename(path, '.onnx')}: ${title}, ${way}`,
          perSecond: median(numbers),
          ratio: median(numbers) / baseline,
        })
    }
  }
  report('lesions', 'images per CPU', rows, { baseline: 'blocks gated', batch: '8', threads: '1' })
} finally {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
}
