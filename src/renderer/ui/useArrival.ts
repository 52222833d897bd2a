import { useRouter, type RouteLocationRaw } from 'vue-router'
import { useProblems } from './useProblems.ts'
import { headingFor } from '../lib/useRewrite.ts'

/**
 * Opens the page of something that takes a while to make. Call `depart` before making it; it returns a function that
 * opens the page. If the user has left the page meanwhile, that function only reports it, with a link, where there is a
 * text to report, and gives false.
 */
export function useArrival() {
  const router = useRouter()
  const { inform } = useProblems()
  return function depart() {
    const from = headingFor(router)
    return async function arrive(to: RouteLocationRaw, said?: string): Promise<boolean> {
      const stayed = headingFor(router) === from
      if (stayed) await router.push(to)
      else if (said) inform(said, undefined, [{ label: 'Open', onClick: () => void router.push(to) }])
      return stayed
    }
  }
}
