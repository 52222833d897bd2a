import { computed, ref, watch, type Ref } from 'vue'
import { stopRule, type StopRule } from '#shared/contract/index.ts'

/** When a study that is set up is to stop: half-width in points, two models, minutes; null: not by that. */
export function useStopRule(modelIds: Ref<readonly number[]>) {
  const points = ref<number | null>(null)
  const above = ref<{ a: number; b: number } | null>(null)
  const minutes = ref<number | null>(null)
  // A comparison with a model that was taken out is none.
  watch(modelIds, (ids) => {
    if (above.value && !(ids.includes(above.value.a) && ids.includes(above.value.b))) above.value = null
  })
  /** The rule; undefined where nothing is asked for. */
  const until = computed<StopRule | undefined>(
    () =>
      stopRule.safeParse({
        ...(points.value ? { within: points.value / 100 } : {}),
        ...(above.value ? { above: above.value } : {}),
        ...(minutes.value ? { seconds: 60 * minutes.value } : {}),
      }).data,
  )
  return { points, above, minutes, until }
}

export type DraftStop = ReturnType<typeof useStopRule>
