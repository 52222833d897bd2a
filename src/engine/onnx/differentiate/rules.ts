import type { GradientRule } from './context.ts'
import * as arithmetic from './rules/arithmetic.ts'
import { conv, convTranspose } from './rules/conv.ts'
import * as functions from './rules/functions.ts'
import * as layout from './rules/layout.ts'
import * as linear from './rules/linear.ts'
import { maxPool } from './rules/maxPool.ts'
import * as normalisation from './rules/normalisation.ts'
import * as pool from './rules/pool.ts'
import * as reduce from './rules/reduce.ts'
import { resize } from './rules/resize.ts'
import * as select from './rules/select.ts'
import { logSoftmax, softmax } from './rules/softmax.ts'

const { flat, identity } = functions

/** The gradient rules, by operator of ONNX's own set. */
export const gradientRules: Readonly<Record<string, GradientRule>> = {
  Abs: functions.abs,
  Add: arithmetic.add,
  AveragePool: pool.averagePool,
  BatchNormalization: normalisation.batchNormalization,
  Cast: functions.cast,
  Ceil: flat,
  Clip: functions.clip,
  Concat: select.concat,
  Conv: conv,
  ConvTranspose: convTranspose,
  Cos: functions.cos,
  DepthToSpace: layout.depthToSpace,
  Div: arithmetic.div,
  Dropout: identity,
  Einsum: linear.einsum,
  Elu: functions.elu,
  Erf: functions.erf,
  Exp: functions.exp,
  Expand: layout.expand,
  Flatten: layout.reshape,
  Floor: flat,
  Gather: select.gather,
  Gelu: functions.gelu,
  Gemm: linear.gemm,
  GlobalAveragePool: pool.globalAveragePool,
  GlobalMaxPool: pool.globalMaxPool,
  GroupNormalization: normalisation.groupNormalization,
  HardSigmoid: functions.hardSigmoid,
  HardSwish: functions.hardSwish,
  Identity: identity,
  InstanceNormalization: normalisation.instanceNormalization,
  LayerNormalization: normalisation.layerNormalization,
  LeakyRelu: functions.leakyRelu,
  Log: functions.log,
  LogSoftmax: logSoftmax,
  MatMul: linear.matMul,
  Max: arithmetic.extremum,
  MaxPool: maxPool,
  Min: arithmetic.extremum,
  Mul: arithmetic.mul,
  Neg: functions.neg,
  Pad: select.pad,
  Pow: arithmetic.pow,
  Reciprocal: functions.reciprocal,
  ReduceL2: reduce.reduceL2,
  ReduceMax: reduce.reduceExtremum,
  ReduceMean: reduce.reduceMean,
  ReduceMin: reduce.reduceExtremum,
  ReduceSum: reduce.reduceSum,
  Relu: functions.relu,
  Reshape: layout.reshape,
  Resize: resize,
  Round: flat,
  Sigmoid: functions.sigmoid,
  Sign: flat,
  Sin: functions.sin,
  Slice: select.slice,
  Softmax: softmax,
  Softplus: functions.softplus,
  SpaceToDepth: layout.depthToSpace,
  Split: select.split,
  Sqrt: functions.sqrt,
  Squeeze: layout.reshape,
  Sub: arithmetic.sub,
  Sum: arithmetic.add,
  Swish: functions.swish,
  Tanh: functions.tanh,
  Tile: layout.tile,
  Transpose: layout.transpose,
  Unsqueeze: layout.reshape,
  Where: arithmetic.where,
}
