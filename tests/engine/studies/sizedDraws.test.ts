import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { parseDraws, serialiseDraws } from '#shared/transforms/index.ts'
import { classifierInterface, inspect, modelDigest, readModel, writeVariant } from '#engine/onnx/index.ts'
import { GraphBuilder, renameUses, string } from '#engine/onnx/rewrite/build.ts'
import { addDataset, runStudy, sampleImages, sampleModel, drawsOf } from './sample.ts'
import { freshWorkspace } from './workspace.ts'

const card = z.looseObject({ preprocessing: z.looseObject({}) })

/** The sample's RepLK-3 with inputs of half the size, whose pixels it doubles. */
async function halved(folder: string): Promise<string> {
  const model = await readModel(sampleModel('replk3'))
  const { input } = classifierInterface(inspect(model))
  const build = new GraphBuilder(model.graph, 'half')
  const none = build.constant([], 'float32', [0])
  const scales = build.constant([1, 1, 2, 2], 'float32')
  const image = build.node('Resize', [input, none, scales], { mode: string('nearest') })
  const nodes = renameUses(model.graph.nodes, new Map([[input, image]]))
  const inputs = model.graph.inputs.map((value) => ({
    ...value,
    shape: value.shape && [...value.shape.slice(0, 2), 48, 48],
  }))
  const digest = await modelDigest(model)
  const path = await writeVariant(model, build.finish({ nodes, inputs }), folder, 'half', { digest })
  const described = card.parse(
    JSON.parse(readFileSync(sampleModel('replk3').replace('.onnx', '.json'), 'utf8')),
  )
  const preprocessing = { ...described.preprocessing, size: [48, 48], resize: 'squash' }
  writeFileSync(path.replace('.onnx', '.json'), JSON.stringify({ ...described, preprocessing }))
  return path
}

it('masks are exported and replayed for every input size of the models', async () => {
  const { folder, client } = await freshWorkspace()
  const datasetId = await addDataset(client, sampleImages(folder, 1))
  const modelIds: number[] = []
  for (const path of [await halved(folder), sampleModel('replk3')])
    modelIds.push((await client.models.add({ path })).id)
  const input = { kind: 'random-patch-drop', modelIds, datasetId }
  const params = { percents: [50], repeats: 1 }
  const first = await runStudy(client, { ...input, params })
  const json = await drawsOf(client, first.id)
  const draws = parseDraws(json)
  const bySize = [draws, ...(draws.others ?? [])]
  expect(bySize.map(({ height, width }) => [height, width])).toEqual([
    [48, 48],
    [96, 96],
  ])
  for (const { width, entries } of bySize) {
    const bits = Object.values(entries['50/0'] ?? {})
    expect(bits).toHaveLength(16)
    for (const one of bits) expect(one).toHaveLength(2 * Math.ceil((width / draws.patch) ** 2 / 8))
  }
  expect(serialiseDraws(draws)).toBe(json)

  const path = join(folder, 'draws.json')
  writeFileSync(path, json)
  const { digest } = await client.studies.importDraws({ path })
  const second = await runStudy(client, { ...input, params: { ...params, seed: 99, draws: digest } })
  expect(second.job?.progress).toMatchObject({ failed: 0, cacheHits: 0 })
  const [a, b] = await Promise.all([first, second].map(({ id }) => client.studies.result({ id })))
  expect(b?.conditions.map(({ correct, correct5 }) => [correct, correct5])).toEqual(
    a?.conditions.map(({ correct, correct5 }) => [correct, correct5]),
  )
})
