import { float, int } from '../../onnx/index.ts'
import { multiply } from './axes.ts'
import type { Net, Value } from './net.ts'

export const relu = (net: Net, path: string, x: Value): Value => net.node(path, 'Relu', [x], x.shape)

/** min(max(x, 0), 6). */
export const relu6 = (net: Net, path: string, x: Value): Value =>
  net.node(path, 'Clip', [x, net.floats([0]), net.floats([6])], x.shape)

/** min(max(x/6 + 1/2, 0), 1). */
export const hardSigmoid = (net: Net, path: string, x: Value): Value =>
  net.node(path, 'HardSigmoid', [x], x.shape, { alpha: float(1 / 6) })

/** x hardSigmoid(x). */
export const hardSwish = (net: Net, path: string, x: Value): Value =>
  net.node(path, 'HardSwish', [x], x.shape)

export const sigmoid = (net: Net, path: string, x: Value): Value => net.node(path, 'Sigmoid', [x], x.shape)

export const tanh = (net: Net, path: string, x: Value): Value => net.node(path, 'Tanh', [x], x.shape)

/** x sigmoid(x), also called Swish. */
export const silu = (net: Net, path: string, x: Value): Value => multiply(net, path, x, sigmoid(net, path, x))

/** x/2 (1 + erf(x/sqrt 2)), written out as PyTorch exports it below opset 20. */
export function gelu(net: Net, path: string, x: Value): Value {
  const scaled = net.node(path, 'Div', [x, net.floats([Math.SQRT2])], x.shape)
  const erf = net.node(path, 'Erf', [scaled], x.shape)
  const grown = net.node(path, 'Add', [erf, net.floats([1])], x.shape)
  const product = net.node(path, 'Mul', [x, grown], x.shape)
  return net.node(path, 'Mul', [product, net.floats([0.5])], x.shape)
}

/** x sigmoid(1.702 x), an approximation of Gelu that CLIP uses. */
export function quickGelu(net: Net, path: string, x: Value): Value {
  const scaled = net.node(path, 'Mul', [x, net.floats([1.702])], x.shape)
  return multiply(net, path, x, sigmoid(net, path, scaled))
}

/** Softmax over the last axis. */
export const softmax = (net: Net, path: string, x: Value): Value =>
  net.node(path, 'Softmax', [x], x.shape, { axis: int(-1) })
