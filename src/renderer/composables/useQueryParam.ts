import { computed, nextTick } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'

let waiting: LocationQueryRaw | null = null

/**
 * A value kept in the query of the address, so that a view can be copied and gone back to. The fallback is not written
 * down. Several changes in one tick make one address, which replaces the last one.
 */
export function useQueryParam<T extends string = string>(name: string, fallback: NoInfer<T>) {
  const route = useRoute()
  const router = useRouter()
  return computed<T>({
    get: () => {
      const value = route.query[name]
      return typeof value === 'string' ? (value as T) : fallback
    },
    set: (next) => {
      if (!waiting) {
        waiting = {}
        void nextTick(() => {
          const query = { ...route.query, ...waiting }
          waiting = null
          for (const key of Object.keys(query)) if (query[key] === undefined) delete query[key]
          void router.replace({ query })
        })
      }
      waiting[name] = next === fallback ? undefined : next
    },
  })
}
