import { create } from '@bufbuild/protobuf'
import {
  TensorProto_DataType,
  TensorProtoSchema,
  type NodeProto,
  type TensorProto,
} from '../schema/onnx_pb.js'

/** The tensor of a `Constant` node, from whichever attribute holds it; undefined for other nodes and for strings. */
export function constantTensor(node: NodeProto): TensorProto | undefined {
  if (node.opType !== 'Constant' || (node.domain !== '' && node.domain !== 'ai.onnx')) return undefined
  const attribute = node.attribute[0]
  switch (attribute?.name) {
    case 'value':
      return attribute.t
    case 'value_int':
      return create(TensorProtoSchema, { dataType: TensorProto_DataType.INT64, int64Data: [attribute.i] })
    case 'value_ints':
      return create(TensorProtoSchema, {
        dataType: TensorProto_DataType.INT64,
        dims: [BigInt(attribute.ints.length)],
        int64Data: attribute.ints,
      })
    case 'value_float':
      return create(TensorProtoSchema, { dataType: TensorProto_DataType.FLOAT, floatData: [attribute.f] })
    case 'value_floats':
      return create(TensorProtoSchema, {
        dataType: TensorProto_DataType.FLOAT,
        dims: [BigInt(attribute.floats.length)],
        floatData: attribute.floats,
      })
    default:
      return undefined
  }
}
