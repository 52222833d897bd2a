import type { ErrorShape } from '#shared/errors.ts'
import { sizeAfter, type CallSize } from '../../inference/index.ts'
import type { StudyImage } from '../../facts/index.ts'
import type { Tracker } from '../definition/index.ts'

export {
  deadly,
  inCalls,
  isComputingProblem,
  sizeAfter,
  type Calls,
  type CallSize,
} from '../../inference/index.ts'
export { callSize, gradientCallSize } from '../../saliency/index.ts'

/** The call size after the engine died: every call of the restarted run is smaller. */
export const smallerAfter = (size: CallSize, crashes: number): CallSize => ({
  ...size,
  most: sizeAfter(size, crashes) || (size.fixed ? size.most : 1),
})

/** Records the images that were given up, by example id, and counts each as failed. */
export function givenUp(progress: Tracker) {
  const problems = new Map<number, ErrorShape>()
  return {
    problems,
    giveUp({ exampleId }: StudyImage, problem: ErrorShape): void {
      problems.set(exampleId, problem)
      progress.add({ computed: 0, cached: 0, failed: 1 })
    },
  }
}
