import { computed, ref, watch } from 'vue'
import type { ImageFilter, ImageOrder, ImageRow } from '#shared/contract/index.ts'
import { useProblems } from '../../../ui/useProblems.ts'
import { engine } from '../../../lib/engine/index.ts'
import { useSelectionStore } from '../selectionStore.ts'
import { choose } from './selection.ts'

interface ChoosingOptions {
  datasetId: () => number
  filter: () => ImageFilter
  order: () => ImageOrder
  /** The row of the image at a position of the list, if it is loaded. */
  row: (place: number) => ImageRow | undefined
}

/** Number of images of the chosen range per request. */
const most = 1000

/** Chooses images of a listed dataset: single images, ranges of positions, or everything that a rule selects. */
export function useChoosing({ datasetId, filter, order, row }: ChoosingOptions) {
  const selections = useSelectionStore()
  const { attempt } = useProblems()
  const selection = computed(() => selections.of(datasetId()))

  /** Stops where the list or the selection changes while the images are being looked up. */
  async function chooseRange(from: number, to: number, on: boolean): Promise<void> {
    const of = { datasetId: datasetId(), filter: filter(), order: order() }
    const asked = JSON.stringify(of)
    const before = selection.value
    const ids: number[] = []
    for (let at = from; at < to; at++) {
      const known = row(at)
      if (known) {
        ids.push(known.id)
        continue
      }
      const input = { ...of, from: at, limit: Math.min(most, to - at) }
      const page = await attempt(() => engine.datasets.images(input))
      const now = JSON.stringify({ datasetId: datasetId(), filter: filter(), order: order() })
      if (now !== asked || selection.value !== before) return
      if (!page?.rows.length) break
      ids.push(...page.rows.map((r) => r.id))
      at += page.rows.length - 1
    }
    selections.set(of.datasetId, choose(before, ids, on))
  }

  /**
   * Number of images that the rule of the selection selects. It may differ from the list, because the filter may have
   * changed since.
   */
  const ruleCount = ref(0)
  watch(
    () => selection.value.filter,
    async (rule, _, onCleanup) => {
      if (rule === null) return
      const controller = new AbortController()
      const { signal } = controller
      onCleanup(() => controller.abort())
      const input = { datasetId: datasetId(), filter: rule }
      const found = await attempt(() => engine.datasets.count(input, { signal }))
      if (!signal.aborted) ruleCount.value = found?.images ?? 0
    },
    { immediate: true },
  )
  return { selection, ruleCount, chooseRange }
}
