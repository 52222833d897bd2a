import { useLocalStorage } from '@vueuse/core'
import { computed, shallowRef, watch, type Ref } from 'vue'
import { found } from '#shared/search.ts'
import { engine } from '../../lib/engine/index.ts'
import { pageCommands } from '../../lib/pageCommands.ts'
import { useDatasetsStore, useModelsStore, useStudiesStore } from '../../lib/stores/collections.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'
import { classResults } from './classResults.ts'
import { aboutMenu, placesOf, type Listed, type PaletteItem } from './paletteItems.ts'
import { useCommands } from './useCommands.ts'
import { useImageResults } from './useImageResults.ts'

/** How many of the last choices are kept, and how many entries are listed. */
const kept = 40
const shownRecent = 8
const listed = 60

/** What the palette lists for a text: what was chosen last first, where nothing is typed; else what the text finds. */
export function usePalette(term: Readonly<Ref<string>>) {
  const { available, paletteOpen } = useCommands()
  const workspace = useWorkspaceStore()
  const models = useModelsStore()
  const datasets = useDatasetsStore()
  const studies = useStudiesStore()
  const images = useImageResults(term)
  const figures = shallowRef<Listed['figures']>([])
  watch(paletteOpen, async (open) => {
    if (open) figures.value = workspace.isOpen ? await engine.compositions.list().catch(() => []) : []
  })

  /** Ids by workspace: a model has another number in another one. Commands are the same in all. */
  const recent = useLocalStorage<string[]>('kernelscope.paletteRecent', [])
  const keyOf = ({ id, path }: PaletteItem) => (path === undefined ? id : `${workspace.path ?? ''}:${id}`)
  function remember(item: PaletteItem): void {
    const key = keyOf(item)
    recent.value = [key, ...recent.value.filter((one) => one !== key)].slice(0, kept)
  }

  const commands = computed<PaletteItem[]>(() => [
    ...pageCommands.value.map(({ id, title, icon, run }) => ({ id, title, icon, run, about: 'This page' })),
    ...available.value
      .filter(({ id }) => id !== 'view.palette')
      .map(({ id, title, icon, run, menu, words, keys: [first] }) => ({
        ...{ id, title, icon, about: aboutMenu[menu], run: () => void run() },
        ...(words === undefined ? {} : { words }),
        ...(first === undefined ? {} : { keys: first }),
      })),
  ])
  const places = computed(() =>
    workspace.isOpen
      ? placesOf({
          models: models.rows,
          datasets: datasets.rows,
          studies: studies.rows,
          kinds: studies.kinds,
          figures: figures.value,
        })
      : [],
  )
  const classes = computed<PaletteItem[]>(() =>
    classResults(datasets.rows, term.value).map(({ title, dataset, path }) => ({
      ...{ id: path, path, title, icon: 'i-lucide-tag', about: `Class of ${dataset}` },
    })),
  )

  const results = computed(() => {
    const all = [...commands.value, ...places.value]
    if (term.value.trim() === '') return all
    return found([...inRecentOrder(all), ...classes.value, ...images.value], term.value).slice(0, listed)
  })
  /** Entries that were chosen lately come before equal ones. */
  function inRecentOrder(items: readonly PaletteItem[]): PaletteItem[] {
    const rank = new Map(recent.value.map((key, at) => [key, at]))
    return items.toSorted((a, b) => (rank.get(keyOf(a)) ?? kept) - (rank.get(keyOf(b)) ?? kept))
  }
  const lately = computed(() =>
    term.value.trim() === ''
      ? recent.value
          .flatMap((key) => results.value.filter((item) => keyOf(item) === key))
          .slice(0, shownRecent)
      : [],
  )
  return { results, lately, remember }
}
