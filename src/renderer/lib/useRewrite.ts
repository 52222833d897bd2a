import { inject, onScopeDispose } from 'vue'
import {
  isNavigationFailure,
  matchedRouteKey,
  NavigationFailureType,
  useRoute,
  useRouter,
  type LocationQueryRaw,
  type Router,
} from 'vue-router'
import { defined } from './defined.ts'

/** The address a navigation leads to that has not come yet: its page may still be loading. */
const underway = new WeakMap<Router, string>()

/** Makes a router tell where it is going; once, where it is made. */
export function followNavigation(router: Router): void {
  router.beforeEach(({ path }) => void underway.set(router, path))
  router.afterEach((_to, _from, failure) => {
    // What was called off was so by another navigation, which goes on.
    if (!isNavigationFailure(failure, NavigationFailureType.cancelled)) underway.delete(router)
  })
  router.onError((_error, { path }) => {
    if (underway.get(router) === path) underway.delete(router)
  })
}

/** The path that is shown, or that the window is on its way to. */
export const headingFor = (router: Router): string => underway.get(router) ?? router.currentRoute.value.path

export interface Rewrite {
  /** Whether the page of the component is shown, and not about to be left. */
  here(): boolean
  /** Replaces the query; does nothing where the page is not here, or the component has left it. */
  to(query: LocationQueryRaw): Promise<void>
}

/**
 * Rewrites the query of the address a component is shown at, in place. A page that has been left, or is about to be,
 * rewrites nothing: an answer that comes late would change the address of another page, or call off the way to it.
 */
export function useRewrite(): Rewrite {
  const route = useRoute()
  const router = useRouter()
  const page = inject(matchedRouteKey, null)?.value
  let gone = false
  onScopeDispose(() => (gone = true))
  const here = () => {
    const going = underway.get(router)
    const leaving = going !== undefined && going !== route.path
    return !leaving && (page ? route.matched.includes(page) : !gone)
  }
  return {
    here,
    to: async (query) => void (!gone && here() && (await router.replace({ query: defined(query) }))),
  }
}
