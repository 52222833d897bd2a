import { createSharedComposable } from '@vueuse/core'
import { computed, ref } from 'vue'
import type { CheckpointChoice, DatasetPreview, IntakeItem, ModelPreview } from '#shared/contract/index.ts'
import type { ErrorShape } from '#shared/errors.ts'
import { engine, isAbort, toKernelscopeError } from '../../lib/engine/index.ts'
import { useAdding } from './useAdding.ts'

/** Something that can be added: what it was taken for, and whether it is to be added. */
export interface Entry {
  item: Extract<IntakeItem, { kind: 'model' | 'dataset' }>
  chosen: boolean
  model: ModelPreview | null
  dataset: DatasetPreview | null
  /** Bytes that unpacking takes; null where nothing is unpacked. */
  unpacking: { packed: number; unpacked: number; free: number } | null
  /** Answers of the person to what a checkpoint leaves open. */
  choice: CheckpointChoice
  state: 'waiting' | 'looking' | 'known' | 'adding' | 'added'
  /** Why it cannot be added, or was not. */
  problem: ErrorShape | null
}

const entryOf = (item: Entry['item']): Entry => ({
  item,
  chosen: item.kind !== 'model' || !item.another,
  model: null,
  dataset: null,
  unpacking: null,
  choice: { part: null, answers: {} },
  state: 'waiting',
  problem: null,
})

/** The sheet that says what given files and folders are taken for, before they are added. */
export const useTakingIn = createSharedComposable(() => {
  const adding = useAdding()
  const entries = ref<Entry[]>([])
  const unused = ref<Extract<IntakeItem, { kind: 'unused' }>[]>([])
  /** Whether everything that was given was looked through. */
  const whole = ref(true)
  const open = ref(false)
  const running = ref(false)
  let looking = new AbortController()
  let closed: (added: number) => void = () => undefined

  const chosen = computed(() => entries.value.filter((entry) => entry.chosen && !isRefused(entry)))
  const done = computed(() => entries.value.filter(({ state }) => state === 'added').length)
  /** Whether something is still looked at that is to be added. */
  const pending = computed(() => chosen.value.some(({ state }) => state === 'waiting' || state === 'looking'))

  /** Opens the sheet. Ends with the number of models and datasets that were added, when it is closed. */
  function begin(found: { items: IntakeItem[]; whole: boolean }): Promise<number> {
    end()
    entries.value = found.items.flatMap((item) =>
      item.kind === 'model' || item.kind === 'dataset' ? [entryOf(item)] : [],
    )
    unused.value = found.items.filter((item) => item.kind === 'unused')
    whole.value = found.whole
    open.value = true
    looking = new AbortController()
    void lookAtAll(looking.signal)
    return new Promise((resolve) => (closed = resolve))
  }

  async function lookAtAll(signal: AbortSignal): Promise<void> {
    for (const entry of entries.value) if (!signal.aborted) await lookAt(entry, signal)
  }

  async function lookAt(entry: Entry, signal: AbortSignal): Promise<void> {
    entry.state = 'looking'
    entry.problem = null
    const { path } = entry.item
    try {
      if (entry.item.kind === 'model')
        entry.model = await engine.models.preview({ path, choice: entry.choice }, { signal })
      else if (entry.item.form === 'packed')
        entry.unpacking = await engine.datasets.unpacking({ path }, { signal })
      else entry.dataset = await engine.intake.dataset({ path }, { signal })
    } catch (thrown) {
      if (isAbort(thrown)) return
      entry.problem = toKernelscopeError(thrown).toShape()
    }
    entry.state = 'known'
  }

  /** Looks at a checkpoint again, with another answer. */
  async function answer(entry: Entry, id: string, value: string): Promise<void> {
    entry.choice = { ...entry.choice, answers: { ...entry.choice.answers, [id]: value } }
    await lookAt(entry, looking.signal)
  }

  /** Adds what is chosen, one after another, until it is stopped; what was refused stays in the sheet with its reason. */
  async function add(): Promise<void> {
    running.value = true
    const work = adding.begin()
    for (const entry of chosen.value.filter(({ state }) => state !== 'added')) {
      if (!running.value) break
      entry.state = 'adding'
      const { path } = entry.item
      try {
        if (entry.item.kind === 'dataset') await work.dataset(path, { unpack: entry.item.form === 'packed' })
        else await work.model(path, entry.item.onnx ? undefined : entry.choice)
        entry.state = 'added'
      } catch (thrown) {
        entry.problem = toKernelscopeError(thrown).toShape()
        entry.state = 'known'
      }
    }
    running.value = false
    if (chosen.value.every(({ state }) => state === 'added')) end()
    await work.end({ undo: true })
  }

  /** Lets what is being added come to its end, and adds no more. */
  const stop = () => void (running.value = false)

  function end(): void {
    looking.abort()
    if (!open.value) return
    open.value = false
    closed(done.value)
  }

  return { open, entries, unused, whole, chosen, done, pending, running, begin, answer, add, stop, end }
})

/** Whether something cannot be added: it was looked at, and refused. */
export const isRefused = ({ problem, model, dataset, unpacking }: Entry): boolean =>
  problem !== null && model === null && dataset === null && unpacking === null
