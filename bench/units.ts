/**
 * What units cost besides measuring: seconds of a process that measures one image under one condition, from its start to its end, and
 * its CPU time; with a plan of 50,000 images beside one of few. Then how many facts a second are added from packs, in wall and in CPU
 * time, beside storing as many as a study does. Run: node bench/units.ts [images of a pack, 192 facts each]
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mergePacks, writePlan } from '#engine/units/index.ts'
import { writePack } from '#engine/units/writePack.ts'
import { createEngine } from '#engine/api/index.ts'
import { openWorkspace } from '#engine/workspace/index.ts'
import { fill } from './filled.ts'
import { cpuSeconds, report } from './report.ts'

const images = Number(process.argv[2] ?? 2000)
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-units-'))
const at = (name: string) => join(folder, name)
const cli = join(import.meta.dirname, '..', 'src', 'cli', 'index.ts')
const settings = { provider: 'cpu', threads: 1, batch: 8 } as const
const notes: Record<string, string> = {}

/** Runs the command line on a unit of one image and returns the seconds of the process, in wall time. */
function unitSeconds(plan: string, unit: string): number {
  const begun = performance.now()
  execFileSync(process.execPath, [cli, 'study', 'pack', plan, '--unit', unit, '--out', at('one.pack'), '-q'])
  return (performance.now() - begun) / 1000
}

/** The overhead of a unit: all but the answer of one image, which takes milliseconds. */
async function overhead(): Promise<void> {
  const { client, session, close } = await createEngine({})
  await client.workspace.create({ path: at('small') })
  const sample = join(import.meta.dirname, '../resources/sample')
  const { dataset, jobId } = await client.datasets.add({ path: join(sample, 'suites', 'val') })
  for await (const job of await client.jobs.watch()) if (job.id === jobId && job.state === 'done') break
  const model = await client.models.add({ path: join(sample, 'models', 'resnet.onnx') })
  const input = { kind: 'clean-accuracy', datasetId: dataset.id, modelIds: [model.id] }
  const { id } = await client.studies.store(input)
  await writePlan(session.open().workspace, id, at('small.plan'), {
    minutes: 1,
    secondsPerPass: 60,
    settings,
  })
  const seconds = Array.from({ length: 5 }, (_, run) => unitSeconds(at('small.plan'), String(run + 1))).sort()
  notes['a unit of one image'] = `${(seconds[2] ?? 0).toFixed(2)} s, median of 5`
  await close()
}

/** Adds a pack of many facts to a workspace without any. */
async function merging(): Promise<void> {
  const { studyId, facts } = await fill(at('filled'), images)
  const source = openWorkspace(at('filled'))
  const { digest, head } = await writePlan(source, studyId, at('large.plan'), { minutes: 10, settings })
  source.close()
  cpSync(at('filled'), at('empty'), { recursive: true })
  const packed = openWorkspace(at('filled'))
  const unit = {
    name: '1',
    of: 1,
    modelId: 1,
    title: '',
    conditions: [0, 96],
    images: [0, images],
    answers: facts,
  }
  const writing = performance.now()
  const pack = await writePack(packed, at('large.pack'), {
    plan: digest,
    schema: head.schema,
    study: { kind: head.study.kind, title: head.study.title, createdAt: head.study.createdAt },
    unit: { ...unit, conditions: [0, 96], images: [0, images] },
    titles: new Map(),
    seconds: { opening: 0, all: 0 },
  })
  notes['writing the pack'] =
    `${((performance.now() - writing) / 1000).toFixed(2)} s, ${(pack.bytes / facts).toFixed(0)} bytes a fact`
  packed.close()
  const into = openWorkspace(at('empty'))
  for (const table of ['prediction', 'fact_block', 'fact_change', 'fact_slot'])
    into.db.exec(`DELETE FROM ${table}`)
  const [cpu, wall] = [cpuSeconds(), performance.now()]
  const [found] = await mergePacks(into, [pack.path])
  const [inCpu, inWall] = [cpuSeconds() - cpu, (performance.now() - wall) / 1000]
  if (found?.added.predictions !== facts) throw new Error(`${JSON.stringify(found)} of ${facts}`)
  into.close()
  notes['database added to'] = `${Math.round(statSync(at('empty/workspace.sqlite')).size / 2 ** 20)} MiB`
  report(
    'units',
    'facts',
    [
      { name: `${facts} facts added from a pack`, perSecond: facts / inWall },
      { name: 'the same in CPU time', perSecond: facts / inCpu },
    ],
    notes,
  )
}

try {
  await overhead()
  await merging()
  console.log(notes)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
