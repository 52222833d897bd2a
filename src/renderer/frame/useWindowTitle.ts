import { useTitle } from '@vueuse/core'
import { computed } from 'vue'
import { useRoute } from 'vue-router'
import { useJobsStore } from '../lib/stores/jobs.ts'
import { useCrumbs } from './bars/useCrumbs.ts'

/** Sets the window title: progress of the running job, then the title of the view. A minimised window shows both. */
export function useWindowTitle(): void {
  const route = useRoute()
  const jobs = useJobsStore()
  const crumbs = useCrumbs()

  useTitle(
    computed(() => {
      const progress = jobs.running?.progress
      const share =
        progress && progress.total > 0 ? `${Math.floor((100 * progress.done) / progress.total)} %` : ''
      const place = crumbs.value.at(-1)?.label || route.meta.title
      return [share, place, 'Kernelscope'].filter(Boolean).join(' · ')
    }),
  )
}
