import { useRouter, type RouteLocationRaw } from 'vue-router'
import { useProblems } from './useProblems.ts'
import { headingFor } from '../lib/useRewrite.ts'

/**
 * Leads on to what takes a while to make. `depart` is called before it is made and gives the way to it: who has gone
 * elsewhere meanwhile is not pulled away, but told, with a way there, if there is anything to say.
 */
export function useArrival() {
  const router = useRouter()
  const { inform } = useProblems()
  return function depart() {
    const from = headingFor(router)
    return async function arrive(to: RouteLocationRaw, said?: string): Promise<void> {
      if (headingFor(router) === from) await router.push(to)
      else if (said) inform(said, undefined, [{ label: 'Open', onClick: () => void router.push(to) }])
    }
  }
}
