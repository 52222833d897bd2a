import { useThrottleFn } from '@vueuse/core'
import { ref, watch, type Ref } from 'vue'
import { engine } from '../../../lib/engine/index.ts'
import { useResource } from '../../../lib/useResource.ts'

interface Growth {
  /** Whether a job of the study is open. */
  running: Ref<boolean>
  /** Changes with what is stored of the study. */
  grown: () => unknown[]
}

/**
 * The result of a study, which grows while the study runs. It is read again at most every three seconds, and once after the
 * end. `older` says that the shown one was asked for before the end, so that it may lack the last images.
 */
export function useStudyResult(id: number, { running, grown }: Growth) {
  const { data, error, pending, reload } = useResource((signal) => engine.studies.result({ id }, { signal }))
  let missed = false
  const follow = useThrottleFn(
    () => {
      // A result that takes longer than that is not aborted.
      missed = pending.value
      if (!missed) void reload()
    },
    3000,
    true,
  )
  watch(pending, (now) => {
    if (!now && missed) void follow()
  })
  watch(grown, () => void follow())

  const older = ref(false)
  watch(running, (now) => {
    if (now) return
    older.value = true
    void reload()
  })
  watch(pending, (now) => {
    if (!now) older.value = false
  })
  return { data, error, reload, older }
}
