import type { Inspection, Preprocessing } from '#shared/contract/index.ts'
import type { CallSize } from '../inference/index.ts'
import { classifierInterface, type Randomised } from '../onnx/index.ts'

/** A model that maps are computed for: of the workspace, or a file. */
export interface InspectedModel {
  title: string
  path: string
  digest: string
  preprocessing: Preprocessing
  labels: readonly string[]
  classes: number
  parameters: number
  inspection: Inspection
  /** Which of its layers have random weights; left out: none. */
  randomised?: Randomised
}

/** Images per call of a graph with a backward pass. All activations stay in memory, so large models get fewer images. */
function gradientBatch({ inspection, parameters }: InspectedModel): number {
  const fixed = inspection.inputs[0]?.shape[0]
  if (typeof fixed === 'number') return fixed
  return parameters > 60e6 ? 2 : 8
}

/** Images per call: the batch that the graph fixes, else `usual`. */
export function callSize(model: Pick<InspectedModel, 'inspection'>, usual: number): CallSize {
  const { batch } = classifierInterface(model.inspection)
  return batch === 'dynamic' ? { most: usual, fixed: false } : { most: batch, fixed: true }
}

/** Images per call of a graph with a backward pass. */
export const gradientCallSize = (model: InspectedModel): CallSize => callSize(model, gradientBatch(model))
