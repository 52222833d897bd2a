import { useToast } from '@nuxt/ui/composables'
import { h } from 'vue'
import ProblemNote from './ProblemNote.vue'
import { isAbort, toKernelscopeError } from '../lib/engine/index.ts'

/** Reports errors and successes to the user. */
export function useProblems() {
  const toast = useToast()

  function report(thrown: unknown): void {
    if (isAbort(thrown)) return
    const problem = toKernelscopeError(thrown).toShape()
    toast.add({
      id: `${problem.code} ${problem.message}`,
      color: 'error',
      icon: 'i-lucide-circle-alert',
      title: problem.message,
      description: () => h(ProblemNote, { problem, brief: true }),
      duration: 12_000,
    })
  }

  /** Runs an action. An error becomes a toast, and the result is undefined. */
  async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action()
    } catch (thrown) {
      report(thrown)
      return undefined
    }
  }

  function inform(
    title: string,
    description?: string,
    actions: { label: string; onClick: () => void }[] = [],
    duration?: number,
  ) {
    toast.add({
      color: 'neutral',
      icon: 'i-lucide-check',
      title,
      ...(description ? { description } : {}),
      ...(duration === undefined ? {} : { duration }),
      actions: actions.map((action) => ({
        ...action,
        color: 'neutral' as const,
        variant: 'outline' as const,
      })),
    })
  }

  return { report, attempt, inform }
}
