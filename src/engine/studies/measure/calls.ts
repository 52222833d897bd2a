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

/** For a run that begins anew after deaths of the engine: all its calls are smaller. */
export const smallerAfter = (size: CallSize, crashes: number): CallSize => ({
  ...size,
  most: sizeAfter(size, crashes) || (size.fixed ? size.most : 1),
})

/** Images that were given up, by example, each counted as failed. */
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
