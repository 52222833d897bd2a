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

/** Path of the navigation that is under way: its page may still be loading. */
const underway = new WeakMap<Router, string>()

/** Makes a router report where it is going. Called once, where the router is made. */
export function followNavigation(router: Router): void {
  router.beforeEach(({ path }) => void underway.set(router, path))
  router.afterEach((_to, _from, failure) => {
    // A cancelled navigation was cancelled by another one, which goes on.
    if (!isNavigationFailure(failure, NavigationFailureType.cancelled)) underway.delete(router)
  })
  router.onError((_error, { path }) => {
    if (underway.get(router) === path) underway.delete(router)
  })
}

/** The path that is shown, or that a navigation is leading to. */
export const headingFor = (router: Router): string => underway.get(router) ?? router.currentRoute.value.path

export interface Rewrite {
  /** Whether the component's page is shown, and is not about to be left. */
  here(): boolean
  /** Replaces the query. Does nothing where the page is not shown, or the component has been removed. */
  to(query: LocationQueryRaw): Promise<void>
}

/**
 * Rewrites the query of the address at which a component is shown, in place. A page that has been left, or is about to
 * be, rewrites nothing: a late answer would otherwise change the address of another page or cancel the navigation to
 * it.
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
