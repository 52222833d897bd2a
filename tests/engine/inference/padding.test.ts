import { readdirSync, statSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { openTensors } from '#engine/inference/index.ts'
import { paddingHere, type TimePadding } from '#engine/inference/padding.ts'
import { modelDigest, readModel, writeVariant } from '#engine/onnx/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { sampleModel } from '../studies/sample.ts'

/** A variant of a sample's model, and its folder. */
async function variantOf(name: string) {
  const model = await readModel(sampleModel(name))
  const folder = temporaryFolder()
  const digest = await modelDigest(model)
  return { folder, path: await writeVariant(model, model.graph, folder, 'same', { digest }) }
}

const timed =
  (padded: number, same = true): TimePadding =>
  (trials) =>
    Promise.resolve(trials.map(() => ({ plain: 1, padded, same })))

const opening = (path: string, provider: 'cpu' | 'cuda' = 'cpu') =>
  ({ kind: 'openTensors', request: { path, provider, threads: 1 } }) as const

const wideKernels = ({ graph }: Awaited<ReturnType<typeof readModel>>) =>
  graph.nodes.filter(({ name }) => name.startsWith('padded/')).length

it('opens another graph where padding before is faster with the same bits, and asks once for each form', async () => {
  const { path } = await variantOf('replk31')
  const withPadding = paddingHere()
  const asked: number[] = []
  const time: TimePadding = (trials) => {
    asked.push(trials.length)
    return timed(0.9)(trials)
  }
  const task = await withPadding(opening(path), time)
  expect(basename(task.kind === 'openTensors' ? task.request.path : '')).toBe('same-padded.onnx')
  const { ino } = statSync(path.replace('same', 'same-padded'))
  expect(await withPadding(opening(path), time)).toEqual(task)
  // Another session may be opening the file, so it is not written again.
  expect(statSync(path.replace('same', 'same-padded')).ino).toBe(ino)
  // Three forms of kernels; five convolutions.
  expect(asked).toEqual([3])
  expect(wideKernels(await readModel(path.replace('same', 'same-padded')))).toBe(5)
})

it.each<[string, TimePadding, 'cpu' | 'cuda']>([
  ['it is hardly faster', timed(0.95), 'cpu'],
  ['a bit differs', timed(0.5, false), 'cpu'],
  ['the provider is no CPU', timed(0.5), 'cuda'],
])('opens the graph as it is where %s', async (_, time, provider) => {
  const { path, folder } = await variantOf('replk13')
  const task = opening(path, provider)
  expect(await paddingHere()(task, time)).toEqual(task)
  expect(readdirSync(folder).sort()).toEqual(['same.onnx', 'weights'])
})

it('gives the same to the bit as the file itself, beside which it writes nothing', async () => {
  const { path } = await variantOf('replk31')
  const own = join(temporaryFolder(), 'replk31.onnx')
  await cp(sampleModel('replk31'), own)
  const { name, shape } = (await readModel(own)).graph.inputs[0] ?? { name: '', shape: [] }
  const data = Float32Array.from({ length: 2 * 3 * 96 * 96 }, (_, at) => Math.sin(at))
  const feeds = [{ name, data, shape: [2, ...(shape ?? []).slice(1).map(Number)] }]
  const answers = []
  for (const request of [{ path }, { path: own, original: true }]) {
    const session = await openTensors({ ...request, provider: 'cpu', threads: 1 })
    answers.push((await session.run(feeds, ['logits'])).outputs[0]?.data)
    await session.close()
  }
  expect(answers[0]).toEqual(answers[1])
  expect(readdirSync(join(own, '..'))).toEqual(['replk31.onnx'])
})
