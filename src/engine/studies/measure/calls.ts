import type { ErrorShape } from '#shared/errors.ts'
import { sizeAfter, type CallSize } from '../../inference/index.ts'
import type { StudyImage } from '../../facts/index.ts'
import type { FailedRow, MeasureContext, Tracker } from '../definition/index.ts'

export {
  deadly,
  inCalls,
  isComputingProblem,
  sizeAfter,
  type Calls,
  type CallSize,
} from '../../inference/index.ts'
export { callSize, gradientCallSize } from '../../saliency/index.ts'

/** How often the engine died at the place where a run is; 0 once it has moved. */
export const crashesHere = ({ job, progress }: Pick<MeasureContext, 'job' | 'progress'>): number =>
  progress.moved() ? 0 : job.crashes

/** The call size after the engine died: every call of the restarted run is smaller. */
export const smallerAfter = (size: CallSize, crashes: number): CallSize => ({
  ...size,
  most: sizeAfter(size, crashes) || (size.fixed ? size.most : 1),
})

/** The images that have a problem, with it. */
export const failedRows = (
  images: readonly Pick<StudyImage, 'exampleId'>[],
  problems: readonly (ErrorShape | null | undefined)[],
): FailedRow[] =>
  images.flatMap(({ exampleId }, row) => {
    const problem = problems[row]
    return problem ? [{ exampleId, problem }] : []
  })

/** Records the images that were given up, by example id, and counts each as failed. */
export function givenUp(progress: Tracker) {
  const problems = new Map<number, ErrorShape>()
  return {
    problems,
    giveUp({ exampleId }: StudyImage, problem: ErrorShape): void {
      problems.set(exampleId, problem)
      progress.add({ failed: [{ exampleId, problem }] })
    },
  }
}
