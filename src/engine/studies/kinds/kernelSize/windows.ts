import type { Convolution } from '#shared/contract/index.ts'
import type { KernelWindow } from '../../../onnx/index.ts'
import type { PlanSessions } from '../../definition/index.ts'

type Kernel = Pick<Convolution, 'depthwise' | 'kernel' | 'weight'>

const isDepthwise = ({ depthwise }: Kernel): boolean => depthwise

/** A kernel with an even side has no central value, so no odd window lies in its middle. */
const isEven = ({ kernel: [height, width] }: Kernel): boolean => height % 2 === 0 || width % 2 === 0

/** Lists the depthwise kernels that are never masked, because they have no centre. */
export const centreless = <K extends Kernel>(convolutions: readonly K[]): K[] =>
  convolutions.filter(isDepthwise).filter(isEven)

/** Lists the depthwise kernels that a size x size window cuts on at least one side. Strips are cut too. */
export const maskWindows = (convolutions: readonly Kernel[], size: number): KernelWindow[] =>
  convolutions
    .filter((one) => isDepthwise(one) && !isEven(one) && Math.max(...one.kernel) > size)
    .map(({ weight }) => ({ weight, window: size }))

/** One session per window. Its graph has the kernels cut to it. */
export const maskSessions: PlanSessions = (conditions, { model }) =>
  conditions.map((stored) => {
    const { rewrite } = stored.condition
    const size = rewrite?.op === 'maskKernel' ? rewrite.size : 0
    const windows = maskWindows(model.inspection.convolutions, size)
    return {
      graph: { name: `mask-${size}`, change: { op: 'maskKernel', windows } },
      conditions: [stored],
      note: `kernels masked to ${size}x${size}`,
      feedsOf: null,
    }
  })
