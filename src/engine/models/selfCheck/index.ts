import type { CheckedRewrite, Possibility, SelfCheck } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { onnxruntimeVersion } from '../../base/onnxruntimeVersion.ts'
import { onGraphThread } from '../../onnx/index.ts'
import type { StoredModel } from '../store.ts'
import { checkAttention, checkBypass, checkGates, checkGradient, checkPixels, type Check } from './checks.ts'
import { checkWanted, firstRun } from './trial.ts'
import { fileOfModel } from '../intendedFile.ts'

/**
 * Largest relative error of logits. Rewritten graphs add in another order in float32, are float32 where the file is float16, and
 * may round to the next integer where it is int8.
 */
const logitTolerances = { float32: 1e-3, float16: 2e-2, int8: 0.1 }
/** Largest relative error of slopes. A finite difference in float32 is exact to about 0.01. */
const slopeTolerance = 0.03

/**
 * Runs a model and its rewritten variants on random pixels, on one CPU thread, and compares their outputs. The variants
 * take pixels, gate all blocks, remove a block, give the gradient, and give attention maps. A variant that fails is part
 * of the result.
 *
 * @throws CANCELLED where `signal` is aborted
 * @throws MODEL_UNSUPPORTED where the model's output is not [N, classes]
 * @throws the errors of `openTensors` where the model itself cannot be run
 */
export async function selfCheck(
  model: StoredModel,
  directory: string,
  signal: AbortSignal,
): Promise<SelfCheck> {
  const started = performance.now()
  const trial = await firstRun(model, directory, signal)
  const { rewrites: possible, precision = 'float32' } = await onGraphThread({
    kind: 'inspect',
    ...fileOfModel(model),
  })
  const rewrites: CheckedRewrite[] = []
  for (const [rewrite, tolerance, check] of checksOf(logitTolerances[precision])) {
    checkWanted(trial)
    rewrites.push({
      rewrite,
      tolerance,
      ...(await checked(possible, rewrite, tolerance, () => check(trial))),
    })
  }
  return {
    at: Date.now(),
    milliseconds: performance.now() - started,
    onnxruntime: onnxruntimeVersion,
    rewrites,
  }
}

const checksOf = (logitTolerance: number): [CheckedRewrite['rewrite'], number, Check][] => [
  ['pixels', logitTolerance, checkPixels],
  ['gate', logitTolerance, checkGates],
  ['bypass', logitTolerance, checkBypass],
  ['differentiate', slopeTolerance, checkGradient],
  ['attention', logitTolerance, checkAttention],
]

async function checked(
  possible: readonly Possibility[],
  rewrite: CheckedRewrite['rewrite'],
  tolerance: number,
  check: () => ReturnType<Check>,
): Promise<Pick<CheckedRewrite, 'state' | 'error' | 'message'>> {
  const known = possible.find((one) => one.rewrite === rewrite)
  if (known && !known.possible) return { state: 'impossible', error: null, message: known.reason ?? '' }
  try {
    const { error, message } = await check()
    const passed = error <= tolerance
    const apart = `${rewrite}: ${message}; apart by ${error.toExponential(1)}, more than ${tolerance}`
    return {
      state: passed ? 'passed' : 'failed',
      error: Number.isFinite(error) ? error : null,
      message: passed ? message : apart,
    }
  } catch (error) {
    // The message names the node: ONNX Runtime and the onnx module both do.
    if (!(error instanceof KernelscopeError) || error.code === 'CANCELLED') throw error
    return { state: 'failed', error: null, message: `${rewrite}: ${error.message}` }
  }
}
