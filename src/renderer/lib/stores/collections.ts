import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { CheckpointChoice, Dataset, Model, Study, StudyKind } from '#shared/contract/index.ts'
import type { KernelscopeError } from '#shared/errors.ts'
import { shownTitle } from '#shared/preprocessingChange.ts'
import { modelIdOf } from '#shared/shownModel.ts'
import { engine, isAbort, toKernelscopeError } from '../engine/index.ts'
import { useEngineStore } from './engine.ts'
import { useWorkspaceStore } from './workspace.ts'

/** A removal of the engine, which can be taken back. */
export interface Removal {
  removalId: number
}

/**
 * A list of the open workspace. It is loaded again when the workspace or the engine changes, and empty while no
 * workspace is open.
 */
function collection<T extends { id: number }>(list: () => Promise<T[]>) {
  const rows = shallowRef<T[]>([])
  const loaded = ref(false)
  const error = shallowRef<KernelscopeError | null>(null)
  const byId = computed(() => new Map(rows.value.map((row) => [row.id, row])))
  const workspace = useWorkspaceStore()
  const engineStore = useEngineStore()

  let of: string | null = null
  async function load(): Promise<void> {
    if (workspace.path !== of) {
      of = workspace.path
      rows.value = []
      loaded.value = false
      error.value = null
    }
    if (of === null) return
    try {
      rows.value = await list()
      error.value = null
      loaded.value = true
    } catch (thrown) {
      if (!isAbort(thrown)) error.value = toKernelscopeError(thrown)
    }
  }

  /** Puts a row that the engine returned into the list, so that the list need not be loaded again. */
  function put(row: T): T {
    const known = rows.value.some((r) => r.id === row.id)
    rows.value = known ? rows.value.map((r) => (r.id === row.id ? row : r)) : [...rows.value, row]
    return row
  }

  function drop(id: number): void {
    rows.value = rows.value.filter((r) => r.id !== id)
  }

  watch(() => [workspace.path, workspace.openings, engineStore.generation], load, { immediate: true })
  return { rows, loaded, error, byId, load, put, drop }
}

export const useModelsStore = defineStore('models', () => {
  const models = collection<Model>(() => engine.models.list())
  const title = (id: number) => models.byId.value.get(id)?.title ?? `Model ${id}`
  /** The title of a model in a study, by its id there (`shownId`). */
  const titleIn = (study: Pick<Study, 'preprocessings'> | null, id: number) =>
    shownTitle(study ?? {}, id, title(modelIdOf(id)))
  /** The models that are measured by default. */
  const classifiers = computed(() =>
    models.rows.value.filter(({ role, problem }) => role === 'classifier' && !problem),
  )

  const add = async (path: string, options: { choice?: CheckpointChoice } = {}) =>
    models.put(await engine.models.add({ path, ...options }))

  /** Returns the removal, to take it back. */
  async function remove(id: number): Promise<Removal> {
    const removal = await engine.models.remove({ id })
    models.drop(id)
    return removal
  }

  return { ...models, title, titleIn, classifiers, add, remove }
})

export const useDatasetsStore = defineStore('datasets', () => {
  const datasets = collection<Dataset>(() => engine.datasets.list())

  async function add(
    path: string,
    options: { title?: string; labels?: string; unpack?: boolean } = {},
  ): Promise<Dataset> {
    const { dataset } = await engine.datasets.add({ path, ...options })
    return datasets.put(dataset)
  }

  /** Returns the removal, to take it back. */
  async function remove(id: number): Promise<Removal> {
    const removal = await engine.datasets.remove({ id })
    datasets.drop(id)
    return removal
  }

  return { ...datasets, add, remove }
})

export const useStudiesStore = defineStore('studies', () => {
  const studies = collection<Study>(() => engine.studies.list())
  const kinds = shallowRef<StudyKind[]>([])
  const kind = (id: string) => kinds.value.find((k) => k.id === id) ?? null

  const engineStore = useEngineStore()
  async function loadKinds(): Promise<void> {
    kinds.value = await engine.studies.kinds()
  }
  watch(
    () => engineStore.connected,
    (connected) => connected && loadKinds().catch(() => {}),
    { immediate: true },
  )

  /** Returns the removal, to take it back. */
  async function remove(id: number): Promise<Removal> {
    const removal = await engine.studies.remove({ id })
    studies.drop(id)
    return removal
  }

  const rename = async (id: number, title: string) => studies.put(await engine.studies.rename({ id, title }))

  return { ...studies, kinds, kind, remove, rename }
})
