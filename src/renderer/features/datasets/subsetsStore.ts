import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { ImageSelection, Subset } from '#shared/contract/index.ts'
import { engine } from '../../lib/engine/index.ts'
import { useEngineStore } from '../../lib/stores/engine.ts'
import { useHistoryStore } from '../../lib/stores/history.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'

/** Named subsets of all datasets. Every change can be undone. */
export const useSubsetsStore = defineStore('subsets', () => {
  const rows = shallowRef<Subset[]>([])
  /** Whether the list has been read for the open workspace. */
  const loaded = shallowRef(false)
  const byId = computed(() => new Map(rows.value.map((row) => [row.id, row])))
  const of = (datasetId: number) => rows.value.filter((row) => row.datasetId === datasetId)
  const history = useHistoryStore()
  const workspace = useWorkspaceStore()
  const engineStore = useEngineStore()

  async function load(): Promise<void> {
    if (!workspace.isOpen) loaded.value = false
    rows.value = workspace.isOpen ? await engine.subsets.list({}) : []
    loaded.value = workspace.isOpen
  }
  const put = (row: Subset) => {
    const others = rows.value.filter(({ id }) => id !== row.id)
    rows.value = [...others, row].sort((a, b) => a.name.localeCompare(b.name))
    return row
  }
  const drop = (id: number) => void (rows.value = rows.value.filter((row) => row.id !== id))
  const scope = ({ datasetId }: { datasetId: number }) => `dataset/${datasetId}`
  const back = async ({ id, datasetId, name, selection }: Subset) =>
    void put(await engine.subsets.create({ id, datasetId, name, selection }))
  const takeAway = async ({ id }: Subset) => {
    await engine.subsets.remove({ id })
    drop(id)
  }

  async function create(datasetId: number, name: string, selection: ImageSelection): Promise<Subset> {
    const made = put(await engine.subsets.create({ datasetId, name, selection }))
    history.note(scope(made), {
      title: `Subset ${name}`,
      undo: () => takeAway(made),
      redo: () => back(made),
    })
    return made
  }

  async function update(id: number, change: { name?: string; selection?: ImageSelection }): Promise<void> {
    const before = byId.value.get(id)
    const after = put(await engine.subsets.update({ id, ...change }))
    if (!before) return
    const write = async ({ name, selection }: Subset) =>
      void put(await engine.subsets.update({ id, name, selection }))
    history.note(scope(after), {
      title: `Change of the subset ${after.name}`,
      undo: () => write(before),
      redo: () => write(after),
    })
  }

  async function remove(subset: Subset): Promise<void> {
    await takeAway(subset)
    history.note(scope(subset), {
      title: `Removal of the subset ${subset.name}`,
      undo: () => back(subset),
      redo: () => takeAway(subset),
    })
  }

  watch(
    () => [workspace.path, workspace.openings, engineStore.generation],
    () => void load().catch(() => {}),
    { immediate: true },
  )
  return { rows, loaded, byId, of, load, create, update, remove }
})
