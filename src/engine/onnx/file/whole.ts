import { open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { sweepOnce } from '../../base/draft.ts'
import { throughDraft } from '../../base/wholeFile.ts'
import { codeOf } from '../elementType.ts'
import type { Graph, Tensor } from '../graph.ts'
import { piecesOfTensor } from './bytes.ts'
import { encodeModel, type Placement } from './encode.ts'

/** Largest file in bytes that protobuf's readers take. */
const mostProtobuf = 2 ** 31 - 1
/** Weights above this size make the file too large with the graph around them. */
const mostInside = mostProtobuf - 2 ** 24
/** Alignment of tensors in a file of their own, in bytes. */
const alignment = 64

/** Numbers of the fields of ONNX's messages (onnx.proto). */
const fields = { graphOfModel: 7, initializerOfGraph: 5, dims: 1, dataType: 2, name: 8, rawData: 9 }

type Stored = Tensor & { data: Exclude<Tensor['data'], { kind: 'inline' }> }

const isStored = (tensor: Tensor): tensor is Stored => tensor.data.kind !== 'inline'

/**
 * Writes a graph with its weights as an ONNX file that any runtime opens, whole or not at all. Weights are streamed. Above 2 GiB,
 * which protobuf cannot hold, they go to `<path>.data` beside it.
 *
 * @returns the files that were written
 * @throws DISK_FULL where the disk is full
 * @throws the errors of `piecesOfTensor`
 */
export async function writeWholeModel(graph: Graph, path: string): Promise<string[]> {
  sweepOnce(dirname(path))
  const stored = [...graph.tensors.values()].filter(isStored)
  const bytes = stored.reduce((sum, { data }) => sum + data.length, 0)
  if (bytes <= mostInside) {
    await throughDraft(path, (draft) => writePieces(draft, partsInside(graph, stored)))
    return [path]
  }
  const beside = `${path}.data`
  const placement = new Map<string, Placement>()
  let end = 0
  for (const { name, data } of stored) {
    const offset = Math.ceil(end / alignment) * alignment
    placement.set(name, { location: basename(beside), offset, length: data.length })
    end = offset + data.length
  }
  await throughDraft(beside, (draft) => writePieces(draft, partsBeside(stored, placement)))
  await throughDraft(path, (draft) => writePieces(draft, [encodeModel(graph, placement)]))
  return [path, beside]
}

/** The model without its stored tensors, which then follow as further fields of its graph. */
async function* partsInside(graph: Graph, stored: readonly Stored[]): AsyncGenerator<Uint8Array> {
  const small = new Map([...graph.tensors].filter(([, tensor]) => !isStored(tensor)))
  const { before, inside, after } = graphOf(encodeModel({ ...graph, tensors: small }, new Map()))
  const heads = stored.map((tensor) => {
    const own = tensorHead(tensor)
    return Buffer.concat([head(fields.initializerOfGraph, own.length + tensor.data.length), own])
  })
  const added = stored.reduce((sum, { data }, index) => sum + (heads[index]?.length ?? 0) + data.length, 0)
  yield* [before, after, head(fields.graphOfModel, inside.length + added), inside]
  for (const [index, tensor] of stored.entries()) {
    yield heads[index] ?? new Uint8Array()
    yield* piecesOfTensor(tensor)
  }
}

/** Takes an encoded model apart: what its graph holds, and the other fields around it. */
function graphOf(model: Uint8Array): { before: Uint8Array; inside: Uint8Array; after: Uint8Array } {
  const reader = new BinaryReader(model)
  while (reader.pos < reader.len) {
    const start = reader.pos
    const [field, wire] = reader.tag()
    if (field !== fields.graphOfModel) reader.skip(wire, field)
    else {
      const inside = reader.bytes()
      return { before: model.subarray(0, start), inside, after: model.subarray(reader.pos) }
    }
  }
  throw new RangeError('a model without a graph')
}

async function* partsBeside(
  stored: readonly Stored[],
  placement: ReadonlyMap<string, Placement>,
): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const tensor of stored) {
    const offset = placement.get(tensor.name)?.offset ?? at
    if (offset > at) yield new Uint8Array(offset - at)
    yield* piecesOfTensor(tensor)
    at = offset + tensor.data.length
  }
}

/** Tag and length of a field whose content follows. */
const head = (field: number, length: number): Uint8Array =>
  new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(length).finish()

/** A TensorProto up to its values, which follow. */
function tensorHead({ name, type, shape, data }: Stored): Uint8Array {
  const writer = new BinaryWriter()
  for (const dim of shape) writer.tag(fields.dims, WireType.Varint).int64(dim)
  writer.tag(fields.dataType, WireType.Varint).int32(codeOf(type))
  writer.tag(fields.name, WireType.LengthDelimited).string(name)
  writer.tag(fields.rawData, WireType.LengthDelimited).uint32(data.length)
  return writer.finish()
}

async function writePieces(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await open(path, 'w')
  try {
    for await (const piece of pieces) await file.writeFile(piece)
    await file.sync()
  } finally {
    await file.close()
  }
}
