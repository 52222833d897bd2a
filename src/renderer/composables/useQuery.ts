import { computed, nextTick, type WritableComputedRef } from 'vue'
import { useRoute, type LocationQueryRaw } from 'vue-router'
import { useRewrite } from './useRewrite.ts'

let waiting: { changes: LocationQueryRaw; write: ReturnType<typeof useRewrite> } | null = null

/**
 * A text kept in the query of the address, so that a view can be copied and gone back to. The fallback is not written
 * down. Several changes in one tick make one address, which replaces the last one.
 */
export function useQueryText(name: string, fallback = ''): WritableComputedRef<string> {
  const route = useRoute()
  const rewrite = useRewrite()
  return computed({
    get: () => {
      const value = route.query[name]
      return typeof value === 'string' ? value : fallback
    },
    set: (next) => {
      if (!waiting) {
        waiting = { changes: {}, write: rewrite }
        void nextTick(() => {
          const now = waiting
          waiting = null
          if (now) void now.write({ ...route.query, ...now.changes })
        })
      }
      waiting.write = rewrite
      waiting.changes[name] = next === fallback ? undefined : next
    },
  })
}

/** One of several values kept in the address; the first is the fallback, also for what is not one of them. */
export function useQueryChoice<const T extends string>(
  name: string,
  choices: readonly [T, ...T[]],
): WritableComputedRef<T> {
  const text = useQueryText(name, choices[0])
  return computed({
    get: () => choices.find((choice) => choice === text.value) ?? choices[0],
    set: (next) => (text.value = next),
  })
}
