import { cpSync } from 'node:fs'
import { expect, it } from 'vitest'
import { GraphBuilder, int, modelDigest, readModel, writeVariant } from '#engine/onnx/index.ts'
import { runStudy, sampleModel, type Client } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'

/** The sample model with other outputs, the logits behind them. */
async function withOutputs(
  folder: string,
  title: string,
  make: (build: GraphBuilder, logits: string) => string,
): Promise<string> {
  const model = await readModel(sampleModel('replk3'))
  const [logits] = model.graph.outputs
  if (!logits) throw new Error('no output')
  const build = new GraphBuilder(model.graph, 'made')
  const graph = build.finish({ outputs: [{ ...logits, name: make(build, logits.name) }, logits] })
  const path = await writeVariant(model, graph, folder, title, { digest: await modelDigest(model) })
  cpSync(sampleModel('replk3').replace('.onnx', '.json'), path.replace('.onnx', '.json'))
  return path
}

const probabilities = (build: GraphBuilder, logits: string) =>
  build.node('Softmax', [logits], { axis: int(-1) })

async function rowsOf(client: Client, studyId: number, modelId: number) {
  const { tables, provenance } = await client.studies.result({ id: studyId })
  const { title } = await client.models.get({ id: modelId })
  const row = tables.find(({ id }) => id === 'accuracy')?.rows.find(({ model }) => model === title)
  return { row, notes: provenance.filter((line) => line.startsWith(`${title}: `)) }
}

it('probabilities behind a cast have the confidence of the logits, and outputs that are not finite are told', async () => {
  const { folder, client, datasetId, modelIds } = await sampleWorkspace('replk3')
  const add = async (title: string, make: (build: GraphBuilder, logits: string) => string) =>
    (await client.models.add({ path: await withOutputs(folder, title, make), title })).id
  const cast = await add('cast', (build, logits) =>
    build.node('Cast', [probabilities(build, logits)], { to: int(1) }),
  )
  const none = await add('none', (build, logits) =>
    build.node('Log', [build.node('Sub', [probabilities(build, logits), build.scalar(2)])]),
  )
  const [plain = 0] = modelIds
  const { id } = await runStudy(client, {
    kind: 'clean-accuracy',
    datasetId,
    modelIds: [plain, cast, none],
    params: {},
  })
  const wanted = (await rowsOf(client, id, plain)).row
  const found = await rowsOf(client, id, cast)
  for (const column of ['top1', 'ece', 'rms', 'aurra'])
    expect(found.row?.[column]).toBeCloseTo(Number(wanted?.[column]), 5)
  expect(found.notes.join('\n')).toMatch(/of its 2 outputs the first is read, made\/Cast/)
  const { row, notes } = await rowsOf(client, id, none)
  expect(row).toMatchObject({ top1: 0, ece: null })
  const n = Number(row?.['n'])
  expect(notes).toContain(`none: its outputs are not finite for ${n} of ${n} images, which count as wrong.`)
})

it('a gradient that vanishes where a softmax saturates is told, instead of passing for robustness', async () => {
  const { folder, client, datasetId, modelIds } = await sampleWorkspace('replk3')
  const path = await withOutputs(folder, 'steep', (build, logits) =>
    build.node('Mul', [logits, build.scalar(1e4)]),
  )
  const steep = (await client.models.add({ path, title: 'steep' })).id
  const { id } = await runStudy(client, {
    kind: 'adversarial',
    datasetId,
    modelIds: [...modelIds, steep],
    params: { epsilons: [0.03], baseline: false, transfer: false },
  })
  const { provenance, tables } = await client.studies.result({ id })
  const failing = tables.find((table) => table.id === 'checks')?.rows.filter(({ holds }) => holds === 'no')
  expect(failing).toMatchObject([{ model: 'steep', check: 'The gradient vanishes nowhere' }])
  const told = provenance.filter((line) => line.includes('its gradient vanishes'))
  expect(told).toEqual([
    expect.stringMatching(/^steep: its gradient vanishes for \d+ of the \d+ images that were right/),
  ])
})
