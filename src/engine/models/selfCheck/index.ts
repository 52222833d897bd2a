import type { CheckedRewrite, Possibility, SelfCheck } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { onnxruntimeVersion } from '../../base/onnxruntimeVersion.ts'
import { onGraphThread } from '../../onnx/index.ts'
import type { StoredModel } from '../store.ts'
import { checkAttention, checkBypass, checkGates, checkGradient, checkPixels, type Check } from './checks.ts'
import { checkWanted, firstRun } from './trial.ts'

/** Logits of rewritten graphs differ by the order of float32 sums alone. */
const logitTolerance = 1e-3
/** A finite difference in float32 knows a slope to about a hundredth. */
const slopeTolerance = 0.03

/**
 * Runs a model and its rewritten variants on random pixels, on one CPU thread, and compares: pixels as input, all gates
 * on, a block cut out against its gate off, the gradient against a finite difference along it, and the graph that gives
 * attention. Throws only where the model itself cannot be run, or CANCELLED.
 */
export async function selfCheck(
  model: StoredModel,
  directory: string,
  signal: AbortSignal,
): Promise<SelfCheck> {
  const started = performance.now()
  const trial = await firstRun(model, directory, signal)
  const { rewrites: possible } = await onGraphThread({ kind: 'inspect', path: model.path })
  const rewrites: CheckedRewrite[] = []
  for (const [rewrite, tolerance, check] of checks) {
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

const checks: [CheckedRewrite['rewrite'], number, Check][] = [
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
    // ONNX Runtime names the node that it refuses; the graph room names operator and node.
    if (!(error instanceof KernelscopeError) || error.code === 'CANCELLED') throw error
    return { state: 'failed', error: null, message: `${rewrite}: ${error.message}` }
  }
}
