/**
 * Studies against the same studies in PyTorch (bench/peers), with the same nets, images and number of threads, and
 * against `session.run` alone. Answers a second: PyTorch's forward passes, and the answers of a study whether it
 * makes a pass for each or not. Needs Debian's PyTorch (docs/performance.md); prints a note and ends where it is
 * missing. With --cpu both run on one thread and are compared by CPU time, which other work on the machine hardly
 * changes. A row is printed as soon as it is measured, since a net takes minutes.
 * Run: node bench/peers.ts [--cpu] [net …] [occlusion] [fgsm] [lesion]
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { floorOf, splitText } from './floor.ts'
import { pictures } from './pictures.ts'
import { cpuSeconds, report, type Row } from './report.ts'

const python = '/usr/bin/python3'
const script = join(import.meta.dirname, 'peers', 'studies.py')
const byCpu = process.argv.includes('--cpu')
const threads = byCpu ? 1 : availableParallelism()
/**
 * Number of images of PyTorch (a quarter with --cpu), and the step between lesion sizes, by net. Larger nets get fewer. Ours has
 * four times as many, since opening counts for it and not for PyTorch, whose rate is the same for any number.
 */
const nets: Record<string, { images: number; step: number }> = {
  resnet50: { images: 64, step: 1 },
  convnext_t: { images: 32, step: 1 },
  vit_b16: { images: 24, step: 1 },
  replknet31b: { images: 24, step: 3 },
}
const more = 4
const epsilons = [0.1, 0.2, 0.3, 0.4]
const batch = 8

if (spawnSync(python, ['-c', 'import torch, torchvision, onnx']).status !== 0) {
  console.log('peers: PyTorch, torchvision and onnx of Debian are not installed; nothing to compare with')
  process.exit(0)
}
const named = process.argv.slice(2).filter((name) => name !== '--cpu')
const wanted = named.filter((name) => name in nets)
const wantedStudies = named.filter((name) => !(name in nets))
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))

/** Measures answers per second of PyTorch. */
function peer(net: string, study: string, from: string, images: number, step: number): number {
  const told = execFileSync(
    python,
    [
      script,
      net,
      study,
      from,
      '--threads',
      String(threads),
      '--images',
      String(images),
      '--step',
      String(step),
    ],
    { encoding: 'utf8' },
  )
  const { passes, seconds, cpu }: { passes: number; seconds: number; cpu: number } = JSON.parse(told)
  return passes / (byCpu ? cpu : seconds)
}

/**
 * Measures answers per second of our job, including the time to open the model.
 *
 * @param besides answers that PyTorch does not give
 */
async function ours(
  { client }: Engine,
  input: Parameters<Engine['client']['studies']['run']>[0],
  besides = 0,
): Promise<number> {
  const before = cpuSeconds()
  const study = await client.studies.run(input)
  for await (const job of await client.jobs.watch()) {
    if (job.id !== study.job?.id || !['done', 'failed'].includes(job.state)) continue
    if (job.problem) throw new Error(job.problem.message)
    const seconds = byCpu ? cpuSeconds() - before : ((job.finishedAt ?? 0) - (job.startedAt ?? 0)) / 1000
    return (job.progress.done - besides) / seconds
  }
  throw new Error('the stream of jobs ended')
}

const engine = await createEngine({ overrides: { provider: 'cpu', batch, threads } })
try {
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  const rows: Row[] = []
  const add = (row: Row) => {
    console.log(`${row.name}: ${row.perSecond.toFixed(1)}`)
    rows.push(row)
  }
  for (const [net, { images: most, step }] of Object.entries(nets)) {
    const images = byCpu ? most / 4 : most
    if (wanted.length > 0 && !wanted.includes(net)) continue
    const onnx = join(folder, `${net}.onnx`)
    execFileSync(python, [script, net, '--export', onnx], { stdio: ['ignore', 'ignore', 'inherit'] })
    const from = await pictures(folder, more * images)
    const { dataset, jobId } = await client.datasets.add({ path: from })
    for await (const job of await client.jobs.watch())
      if (job.id === jobId && ['done', 'failed'].includes(job.state)) break
    const labels = join(folder, 'labels.txt')
    writeFileSync(labels, Array.from({ length: 1000 }, (_, i) => `class${i}`).join('\n'))
    const model = await client.models.add({ path: onnx })
    await client.models.update({ id: model.id, labels })
    if (!byCpu) {
      const floor = await floorOf(onnx, [224, 224], batch, threads)
      add({ name: `${net}: session.run alone, ${splitText(floor)}`, perSecond: floor.perSecond })
    }
    const common = { modelIds: [model.id], datasetId: dataset.id }
    const studies = {
      occlusion: { kind: 'random-patch-drop', params: { repeats: 1 } },
      fgsm: { kind: 'adversarial', params: { epsilons, baseline: false } },
      lesion: { kind: 'lesion', params: { samples: 1, step, singles: false } },
    }
    for (const [name, study] of Object.entries(studies)) {
      if (wantedStudies.length > 0 && !wantedStudies.includes(name)) continue
      // PyTorch's lesions have no clean pass. Here it is measured before, and not counted.
      const isLesion = name === 'lesion'
      if (isLesion) await ours(engine, { ...common, kind: 'clean-accuracy', params: {} })
      const theirs = peer(net, name, from, images, step)
      const perSecond = await ours(engine, { ...common, ...study }, isLesion ? more * images : 0)
      add({ name: `${net}: ${name}, PyTorch`, perSecond: theirs, ratio: 1 })
      add({ name: `${net}: ${name}, Kernelscope`, perSecond, ratio: perSecond / theirs })
    }
  }
  report(byCpu ? 'peers-cpu' : 'peers', byCpu ? 'passes per CPU' : 'passes', rows, {
    baseline: 'PyTorch, channels_last',
    batch: String(batch),
    threads: String(threads),
  })
} finally {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
}
