import { implement } from '@orpc/server'
import { afterEach, describe, expect, it } from 'vitest'
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
