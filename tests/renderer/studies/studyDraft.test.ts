import { implement } from '@orpc/server'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { startApp } from '../setting/app.ts'
import { modelRow } from '../setting/model.ts'
import { contract, type Study, type Subset } from '#shared/contract/index.ts'
import { useModelsStore } from '../../../src/renderer/lib/stores/collections.ts'
import { useStudyDraft } from '../../../src/renderer/features/studies/new/useStudyDraft.ts'

const frozen = { id: 4, name: 'Hard ones', rule: 'a list', images: 200, key: 'k' }
const study: Study = {
  id: 5,
  kind: 'clean-accuracy',
  title: 'Clean accuracy',
  params: {},
  modelIds: [1],
  datasetId: 3,
  sample: null,
  subset: frozen,
  createdAt: 0,
  job: null,
}
const subset: Subset = {
  id: 4,
  datasetId: 3,
  name: 'Hard ones',
  selection: { filter: null, ids: [1, 2] },
  changedAt: 0,
}

let stop = () => {}
afterEach(() => stop())

/** A new study based on the stored one, which has a subset. The workspace now has the given subsets. */
async function opened(subsets: Subset[]) {
  const os = implement(contract)
  const app = startApp({
    models: { list: os.models.list.handler(() => []) },
    datasets: { list: os.datasets.list.handler(() => []) },
    studies: {
      list: os.studies.list.handler(() => [study]),
      kinds: os.studies.kinds.handler(() => []),
    },
    subsets: { list: os.subsets.list.handler(() => subsets) },
  })
  ;({ stop } = app)
  await app.router.push('/studies/new?like=5&models=1')
  const { of } = app.view(useStudyDraft)
  await expect.poll(() => of.datasetId.value).toBe(3)
  return of
}

describe('a new study based on another', () => {
  it('has the same subset', async () => {
    const draft = await opened([subset])
    await expect.poll(() => draft.subsetId.value).toBe(4)
    expect(draft.lostSubset.value).toBeNull()
    draft.subsetId.value = 0
    expect(draft.subsetId.value).toBe(0)
  })

  it('reports that its subset was removed', async () => {
    const draft = await opened([])
    await expect.poll(() => draft.lostSubset.value).toEqual(frozen)
    expect(draft.subsetId.value).toBe(0)
  })
})

it('keeps what was chosen and typed when the engine starts again', async () => {
  const os = implement(contract)
  const kind = {
    id: 'clean-accuracy',
    title: 'Clean accuracy',
    section: '',
    group: 'experiment' as const,
    description: '',
    params: { type: 'object', properties: { images: { type: 'integer', default: 100 } } },
    presets: [],
    definitions: [],
    draws: false,
  }
  const models = [modelRow(1), modelRow(2)]
  const parts = {
    models: { list: os.models.list.handler(() => models) },
    datasets: { list: os.datasets.list.handler(() => []) },
    studies: { list: os.studies.list.handler(() => []), kinds: os.studies.kinds.handler(() => [kind]) },
    subsets: { list: os.subsets.list.handler(() => []) },
  }
  const app = startApp(parts)
  ;({ stop } = app)
  const draft = app.view(useStudyDraft).of
  await expect.poll(() => draft.params.value).toEqual({ images: 100 })
  await expect.poll(() => draft.modelIds.value).toEqual([1, 2])
  draft.params.value = { images: 7 }
  draft.modelIds.value = []
  const before = draft.kind.value
  await app.restart()
  await expect.poll(() => draft.kind.value).not.toBe(before)
  expect(draft.kind.value).toEqual(before)
  await useModelsStore().load()
  expect(draft.params.value).toEqual({ images: 7 })
  expect(draft.modelIds.value).toEqual([])
})

describe('a new study', () => {
  const kinds = [
    {
      id: 'drop',
      title: 'Drop',
      section: '4.1',
      group: 'experiment' as const,
      description: '',
      params: {
        type: 'object',
        properties: {
          patch: { type: 'integer', default: 16, scaledFrom: 224 },
          mode: { type: 'string', enum: ['seeded', 'replayed'], default: 'seeded' },
          repeats: { type: 'integer', default: 3, effect: [{ mode: ['seeded'] }] },
        },
      },
      presets: [
        { id: 'few', title: 'Few', description: '', params: { repeats: 1 } },
        { ...{ id: 'quick', title: 'Quick', description: '', params: {} }, images: 32 },
        {
          ...{ id: 'paper', title: 'Paper', description: '', params: { repeats: 2 } },
          ...{ repeats: ['Fig. 1'], deviates: [], perClass: 5 },
          preprocessing: { name: 'as published', interpolation: 'bicubic' as const },
        },
      ],
      definitions: [],
      draws: false,
    },
    {
      id: 'weights',
      title: 'Weights',
      section: '4.6',
      group: 'experiment' as const,
      description: '',
      params: { type: 'object', properties: {} },
      presets: [],
      definitions: [],
      draws: false,
      reads: 'weights' as const,
    },
  ]
  const small = {
    ...modelRow(1),
    preprocessing: { ...modelRow(1).preprocessing, size: [32, 32] as [number, number] },
  }
  const large = {
    ...modelRow(2),
    preprocessing: { ...modelRow(2).preprocessing, size: [224, 224] as [number, number] },
  }

  async function opened(address: string) {
    const os = implement(contract)
    const app = startApp({
      models: { list: os.models.list.handler(() => [small, large]) },
      datasets: { list: os.datasets.list.handler(() => []) },
      studies: { list: os.studies.list.handler(() => []), kinds: os.studies.kinds.handler(() => kinds) },
      subsets: { list: os.subsets.list.handler(() => []) },
    })
    ;({ stop } = app)
    await app.router.push(address)
    const { of } = app.view(useStudyDraft)
    await expect.poll(() => of.fields.value.length + Number(of.fromWeights.value)).toBeGreaterThan(0)
    return of
  }

  it('scales lengths to the chosen models until one is typed', async () => {
    const draft = await opened('/studies/new?kind=drop&models=1')
    await expect.poll(() => draft.params.value.patch).toBe(2)
    draft.modelIds.value = [2]
    await expect.poll(() => draft.params.value.patch).toBe(16)
    draft.usePreset('few')
    expect(draft.params.value).toMatchObject({ patch: 16, repeats: 1 })
    draft.params.value = { ...draft.params.value, patch: 7 }
    draft.modelIds.value = [1]
    await nextTick()
    expect(draft.params.value.patch).toBe(7)
  })

  it('takes the preset of the address with its images and preprocessing, which go with the next preset', async () => {
    const draft = await opened('/studies/new?kind=drop&preset=paper&models=2&dataset=3')
    await expect.poll(() => draft.presetId.value).toBe('paper')
    expect(draft.params.value).toMatchObject({ repeats: 2 })
    expect(draft.sample.value).toEqual({ perClass: 5, seed: 0 })
    const published = { name: 'as published', interpolation: 'bicubic' }
    expect(draft.preprocessings.asked.value).toEqual([published])
    draft.usePreset('few')
    expect(draft.params.value).toMatchObject({ repeats: 1 })
    expect(draft.sample.value).toBeNull()
    expect(draft.preprocessings.asked.value).toBeUndefined()
    draft.usePreset('quick')
    expect(draft.sample.value).toEqual({ images: 32, seed: 0 })
    draft.usePreset('few')
    expect(draft.sample.value).toBeNull()
    // What was chosen by hand stays.
    draft.sample.value = { perClass: 3, seed: 1 }
    draft.usePreset('few')
    expect(draft.sample.value).toEqual({ perClass: 3, seed: 1 })
  })

  it('says which parameters have no effect beside the others', async () => {
    const draft = await opened('/studies/new?kind=drop&models=1')
    expect(draft.idle.value).toEqual({})
    draft.params.value = { ...draft.params.value, mode: 'replayed' }
    expect(draft.idle.value).toEqual({ repeats: 'Mode “Seeded”' })
  })

  it('asks for no images where only weights are read', async () => {
    const draft = await opened('/studies/new?kind=weights&models=1&dataset=3&subset=4')
    draft.sample.value = { perClass: 2, seed: 0 }
    expect(draft.missing.value).toBeNull()
    expect(draft.input.value).toEqual({
      kind: 'weights',
      params: {},
      modelIds: [1],
      datasetId: null,
      sample: null,
    })
  })

  it('names what is missing and the step where it is chosen', async () => {
    const draft = await opened('/studies/new?kind=drop&models=1')
    expect(draft.missing.value).toEqual({ text: 'Choose a dataset.', step: 'on' })
    draft.datasetId.value = 3
    await expect.poll(() => draft.missing.value).toBeNull()
    draft.params.value = { ...draft.params.value, repeats: 'x' }
    expect(draft.missing.value).toMatchObject({ step: 'how' })
    expect(draft.input.value).toBeNull()
  })
})
