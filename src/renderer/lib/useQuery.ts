import { computed, nextTick, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import { defined } from './defined.ts'
import { useRewrite, type Rewrite } from './useRewrite.ts'

/** Changes within this tick, by the component that made them. */
let waiting: Map<Rewrite, LocationQueryRaw> | null = null

/**
 * A text kept in the query of the address, so that a view can be copied and returned to. The fallback is not written.
 * Several changes in one tick make one address, which replaces the current one.
 */
export function useQueryText(name: string, fallback = ''): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  const rewrite = useRewrite()
  return computed({
    get: () => {
      const value = route.query[name]
      return typeof value === 'string' ? value : fallback
    },
    set: (next) => {
      if (!waiting) {
        waiting = new Map()
        void nextTick(() => {
          // The component may have been removed while its page is still shown.
          const changes = [...(waiting ?? [])].filter(([{ here }]) => here())
          waiting = null
          if (changes.length === 0) return
          const query: LocationQueryRaw = Object.assign({ ...route.query }, ...changes.map(([, own]) => own))
          void router.replace({ query: defined(query) })
        })
      }
      waiting.set(rewrite, { ...waiting.get(rewrite), [name]: next === fallback ? undefined : next })
    },
  })
}

/** One of several values, kept in the address. The first value is the fallback, also for an invalid text. */
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
