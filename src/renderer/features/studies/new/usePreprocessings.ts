import { computed, ref, watch, type Ref } from 'vue'
import type { PreprocessingChange, Study, StudyInput, StudyKind } from '#shared/contract/index.ts'
import { changesNothing, preprocessingsText } from '#shared/preprocessingChange.ts'

/** own: each model's own preprocessing; instead: others in its place; beside: its own and others. */
export type PreprocessingMode = 'own' | 'instead' | 'beside'

/** Most preprocessings of a study. */
const most = 4

const keyOf = (change: PreprocessingChange) => change.name ?? JSON.stringify(change)

/** The preprocessings that a new study shows its models with. */
export function usePreprocessings(kind: Readonly<Ref<StudyKind | null>>, like: Readonly<Ref<Study | null>>) {
  const mode = ref<PreprocessingMode>('own')
  /** The changes as they are edited; one that changes nothing is left out of the study. */
  const changes = ref<PreprocessingChange[]>([])

  watch(
    () => like.value?.id,
    () => {
      const stored = like.value?.preprocessings ?? []
      changes.value = stored.filter((change) => !changesNothing(change))
      mode.value = stored.length === 0 ? 'own' : changes.value.length < stored.length ? 'beside' : 'instead'
    },
    { immediate: true },
  )
  // "As published" is that of the kind.
  watch(kind, (now, before) => {
    const name = before?.published?.name
    if (name === undefined || now?.id === before?.id) return
    changes.value = changes.value.flatMap((change) =>
      change.name === name ? (now?.published ?? []) : change,
    )
  })

  const asked = computed<StudyInput['preprocessings']>(() => {
    if (mode.value === 'own') return undefined
    const others = changes.value.filter((change) => !changesNothing(change))
    if (others.length === 0) return undefined
    const distinct = [...new Map(others.map((change) => [keyOf(change), change])).values()]
    return mode.value === 'beside' ? [{}, ...distinct] : distinct
  })
  const room = computed(() => changes.value.length < (mode.value === 'beside' ? most - 1 : most))

  function setMode(next: PreprocessingMode) {
    mode.value = next
    if (next !== 'own' && changes.value.length === 0) changes.value = [{}]
    if (next === 'beside') changes.value = changes.value.slice(0, most - 1)
  }
  /** Puts a change into the first empty place, else behind the others. */
  function add(change: PreprocessingChange) {
    if (mode.value === 'own') setMode('instead')
    const empty = changes.value.findIndex(changesNothing)
    if (empty >= 0) changes.value = changes.value.with(empty, change)
    else if (room.value) changes.value = [...changes.value, change]
  }
  /** Shows all models with this change alone. */
  function only(change: PreprocessingChange) {
    mode.value = 'instead'
    changes.value = [change]
  }
  const isOnly = (change: PreprocessingChange) =>
    mode.value === 'instead' &&
    changes.value.length === 1 &&
    JSON.stringify(changes.value[0]) === JSON.stringify(change)
  const set = (place: number, change: PreprocessingChange) =>
    (changes.value = changes.value.with(place, change))
  function remove(place: number) {
    changes.value = changes.value.toSpliced(place, 1)
    if (changes.value.length === 0) mode.value = 'own'
  }

  const text = computed(() => preprocessingsText(asked.value) ?? "each model's own")
  return { mode, setMode, changes, asked, room, add, only, isOnly, set, remove, text }
}

export type Preprocessings = ReturnType<typeof usePreprocessings>
