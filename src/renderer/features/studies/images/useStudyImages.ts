import { computed, watch } from 'vue'
import type { StudyImageOrder, StudyImageSummary } from '#shared/contract/index.ts'
import { useKeysetList } from '../../datasets/grid/useKeysetList.ts'
import { engine } from '../../../lib/engine/index.ts'
import { useJobsStore } from '../../../lib/stores/jobs.ts'

/**
 * The images of a study in an order, by position. `total` is null until known; `axis` is the title of the axis of
 * `failsAt`.
 */
export function useStudyImages(studyId: () => number, order: () => StudyImageOrder) {
  const list = useKeysetList(
    () => ({ id: studyId(), order: order() }),
    (input, part, signal) => engine.studies.images({ ...input, ...part }, { signal }),
  )
  const axis = computed(() => list.head.value?.axis ?? null)
  /** Reads the list again when the study's job has just ended. */
  const jobs = useJobsStore()
  watch(
    () => jobs.finished,
    (job) => job?.studyId === studyId() && list.reload(),
  )
  return { ...list, axis }
}

/** "fails at 30: RepLK-3" under a picture. What the images are sorted by comes first. */
export function summaryText(
  { failsAt, failing, disagreement, measured }: StudyImageSummary,
  order: StudyImageOrder,
  titleOf: (id: number) => string,
): string {
  const never =
    measured && measured.n < measured.of
      ? `no failure in ${measured.n} of ${measured.of} answers`
      : 'never fails'
  const fails = failsAt === null ? never : `${Number(failsAt.toFixed(2))}: ${failing.map(titleOf).join(', ')}`
  const differ = disagreement === null ? 'one model' : `${Math.round(100 * disagreement)} % differ`
  return order === 'disagree' ? differ : fails
}
