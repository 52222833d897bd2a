import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { StudyImageOrder, StudyImageSummary } from '#shared/contract/index.ts'
import type { KernelscopeError } from '#shared/errors.ts'
import { KeysetPages } from '../datasets/pages.ts'
import { engine, toKernelscopeError } from '../engine/index.ts'
import { useJobsStore } from '../stores/jobs.ts'

/** The images of a study in an order, by place; `total` is null until known, `axis` names what `failsAt` is on. */
export function useStudyImages(studyId: () => number, order: () => StudyImageOrder) {
  const version = ref(0)
  const total = shallowRef<number | null>(null)
  const axis = shallowRef<string | null>(null)
  const error = shallowRef<KernelscopeError | null>(null)
  const pages = shallowRef(open())

  function open(): KeysetPages<StudyImageSummary> {
    const input = { id: studyId(), order: order() }
    const own: KeysetPages<StudyImageSummary> = new KeysetPages<StudyImageSummary>({
      fetch: async (after, limit, signal) => {
        const page = await engine.studies.images({ ...input, after, limit }, { signal })
        if (pages.value === own) {
          total.value = page.total
          axis.value = page.axis
        }
        return page
      },
      onChange: () => version.value++,
      onError: (thrown) => (error.value = toKernelscopeError(thrown)),
    })
    return own
  }

  function reload(): void {
    pages.value.close()
    total.value = null
    error.value = null
    pages.value = open()
    pages.value.want(0, 1)
  }
  watch(() => [studyId(), order()], reload)
  /** Its last images were measured just now. */
  const jobs = useJobsStore()
  watch(
    () => jobs.finished,
    (job) => job?.studyId === studyId() && reload(),
  )
  pages.value.want(0, 1)
  onScopeDispose(() => pages.value.close())
  return { pages, version, total, axis, error, reload }
}

/** "fails at 30: RepLK-3" under a picture; what the order is about comes first. */
export function summaryText(
  { failsAt, failing, disagreement }: StudyImageSummary,
  order: StudyImageOrder,
  titleOf: (id: number) => string,
): string {
  const fails = failsAt === null ? 'never fails' : `${failsAt}: ${failing.map(titleOf).join(', ')}`
  const differ = disagreement === null ? 'one model' : `${Math.round(100 * disagreement)} % differ`
  return order === 'disagree' ? differ : fails
}
