import { elementwise } from './elementwise.ts'
import { unknown, type InferredTensor, type ShapeRule } from './known.ts'
import { conv as plainConv, globalPool as plainPool } from './spatial.ts'
import { matMul as plainMatMul } from './linear.ts'

/** A rule with the type of one of the inputs for its output. */
const typedBy =
  (rule: ShapeRule, of: number, otherwise: InferredTensor['type']): ShapeRule =>
  (node, inputs, graph) =>
    rule(node, inputs, graph).map((output) => ({ ...output, type: inputs[of]?.type ?? otherwise }))

/** A rule of two operands, which stand among their scales and zero points. */
const operands =
  (rule: ShapeRule, a: number, b: number): ShapeRule =>
  (node, inputs, graph) =>
    rule(node, [inputs[a], inputs[b]], graph)

const first: ShapeRule = (_node, [input]) => [input ? { type: input.type, shape: input.shape } : unknown()]

/** QuantizeLinear(x, scale, zero point). */
export const quantize = typedBy(first, 2, 'uint8')
/** DequantizeLinear(x, scale, zero point). */
export const dequantize = typedBy(first, 1, 'float32')
/** QLinearConv(x, scale, zero point, w, scale, zero point, scale, zero point of the output, bias). */
export const conv = typedBy(operands(plainConv, 0, 3), 7, 'uint8')
/** QLinearMatMul(a, scale, zero point, b, scale, zero point, scale, zero point of the output). */
export const matMul = typedBy(operands(plainMatMul, 0, 3), 7, 'uint8')
/** QLinearAdd and QLinearMul of ONNX Runtime, with the operands of QLinearMatMul. */
export const arithmetic = typedBy(operands(elementwise, 0, 3), 0, 'uint8')
/** QLinearGlobalAveragePool(x, scale, zero point, scale, zero point of the output). */
export const globalPool = typedBy(operands(plainPool, 0, 0), 0, 'uint8')

const asInt32 =
  (rule: ShapeRule): ShapeRule =>
  (node, inputs, graph) =>
    rule(node, inputs, graph).map((output) => ({ ...output, type: 'int32' }))

/** ConvInteger(x, w, …) and MatMulInteger(a, b, …). */
export const convInteger = asInt32(operands(plainConv, 0, 1))
export const matMulInteger = asInt32(operands(plainMatMul, 0, 1))

/** DynamicQuantizeLinear(x): the quantised tensor, its scale and its zero point. */
export const dynamicQuantize: ShapeRule = (_node, [input]) => [
  { type: 'uint8', shape: input?.shape ?? null },
  { type: 'float32', shape: [] },
  { type: 'uint8', shape: [] },
]
