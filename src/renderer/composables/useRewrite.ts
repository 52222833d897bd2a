import { inject, onScopeDispose } from 'vue'
import { matchedRouteKey, useRoute, useRouter, type LocationQueryRaw, type Router } from 'vue-router'
import { defined } from '../defined.ts'

/** The address a navigation leads to that has not come yet: its page may still be loading. */
const underway = new WeakMap<Router, string>()

/** Makes a router tell where it is going; once, where it is made. */
export function followNavigation(router: Router): void {
  const ended = (path: string) => {
    if (underway.get(router) === path) underway.delete(router)
  }
  router.beforeEach(({ path }) => void underway.set(router, path))
  router.afterEach(({ path }) => ended(path))
  router.onError((_error, { path }) => ended(path))
}

/**
 * Rewrites the query of the address a component is shown at, in place. A page that has been left, or is about to be,
 * rewrites nothing: an answer that comes late would change the address of another page, or call off the way to it.
 */
export function useRewrite(): (query: LocationQueryRaw) => Promise<void> {
  const route = useRoute()
  const router = useRouter()
  const page = inject(matchedRouteKey, null)?.value
  let gone = false
  onScopeDispose(() => (gone = true))
  return async (query) => {
    const going = underway.get(router)
    if (gone || (going !== undefined && going !== route.path)) return
    if (page && !route.matched.includes(page)) return
    await router.replace({ query: defined(query) })
  }
}
