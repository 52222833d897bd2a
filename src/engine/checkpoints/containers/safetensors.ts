import type { FileHandle } from 'node:fs/promises'
import { z } from 'zod'
import type { Checkpoint, StoredTensor, TensorType } from '../checkpoint.ts'
import { repeatedKey } from './jsonKeys.ts'
import { withoutPrefixes } from './prefixes.ts'
import { readAt } from './readAt.ts'
import { quoted, type Refuse } from './refuse.ts'
import { mostTensors, placed } from './tensors.ts'

/** Largest header in bytes, as the format has it. */
const mostHeader = 100_000_000

const types: Record<string, TensorType> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
}

const tensor = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})
const header = z.record(z.string(), z.unknown())
const metadata = z.record(z.string(), z.string())

/** Whether a file may begin as safetensors: the length of its header, then the header, an object of JSON. */
export const isSafetensors = (head: Buffer): boolean =>
  head.length > 9 && head[8] === 0x7b && head.readUIntLE(5, 3) === 0

/**
 * Reads safetensors: the length of the header (8 bytes), the header as JSON, then the bytes of all tensors without gaps or
 * overlaps (github.com/huggingface/safetensors, "Format").
 *
 * @throws MODEL_TRUNCATED where the file ends too early
 * @throws MODEL_MALFORMED where the header is damaged or larger than 100 MB, a name stands twice, or tensors overlap, leave gaps or
 *   have other sizes than their shapes
 * @throws MODEL_UNSUPPORTED where a tensor has a type that is not read
 */
export async function readSafetensors(
  path: string,
  file: FileHandle,
  size: number,
  refuse: Refuse,
): Promise<Checkpoint> {
  const length = (await readAt(file, 0, 8)).readBigUInt64LE()
  if (length > mostHeader) throw refuse.malformed(`its header has ${length} bytes, more than ${mostHeader}`)
  const start = 8 + Number(length)
  if (start > size) throw refuse.truncated(`its header needs ${start} bytes, the file has ${size}`)
  const text = (await readAt(file, 8, Number(length))).toString('utf8')
  const { __metadata__: stated, ...entries } = parsed(text, refuse)
  const names = Object.keys(entries)
  if (names.length === 0) throw refuse.unsupported('it has no tensors')
  if (names.length > mostTensors) throw refuse.malformed(`it has ${names.length} tensors`)
  const storage = { file: path, start, bytes: size - start, entry: null }
  const found = new Map<string, StoredTensor>()
  const ranges: { name: string; from: number; to: number }[] = []
  for (const name of names) {
    const { dtype, shape, from, to } = described(name, entries[name], refuse)
    if (to > storage.bytes)
      throw refuse.truncated(`tensor ${quoted(name)} ends at byte ${start + to} of ${size}`)
    const lies = placed({ name, type: dtype, shape, strides: null, at: from }, storage, refuse)
    if (lies.length !== to - from)
      throw refuse.malformed(`tensor ${quoted(name)} has ${to - from} bytes, its shape needs ${lies.length}`)
    found.set(name, lies)
    ranges.push({ name, from, to })
  }
  requireDense(ranges, storage.bytes, refuse)
  const { entries: tensors, prefixes } = withoutPrefixes(found)
  for (const [name, lies] of tensors) tensors.set(name, { ...lies, name })
  const plain = stated === undefined ? {} : (metadata.safeParse(stated).data ?? {})
  return {
    container: 'safetensors',
    files: [path],
    tensors,
    unwrapped: prefixes,
    metadata: new Map(Object.entries(plain)),
  }
}

function parsed(text: string, refuse: Refuse): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refuse.malformed('its header is not JSON', cause)
  }
  const read = header.safeParse(value)
  if (!read.success) throw refuse.malformed('its header is not an object of tensors')
  const twice = repeatedKey(text)
  if (twice !== null) throw refuse.malformed(`its header has ${quoted(twice)} twice`)
  return read.data
}

function described(name: string, entry: unknown, refuse: Refuse) {
  const read = tensor.safeParse(entry)
  if (!read.success) throw refuse.malformed(`tensor ${quoted(name)} has no type, shape or place`)
  const { dtype, shape, data_offsets } = read.data
  const type = Object.hasOwn(types, dtype) ? types[dtype] : undefined
  if (!type)
    throw refuse.unsupported(`tensor ${quoted(name)} has the type ${quoted(dtype)}, which is not read`)
  const [from, to] = data_offsets
  if (to < from) throw refuse.malformed(`tensor ${quoted(name)} ends before it begins`)
  return { dtype: type, shape, from, to }
}

/** @throws MODEL_MALFORMED where the ranges overlap or leave bytes between them or at the end */
function requireDense(
  ranges: { name: string; from: number; to: number }[],
  bytes: number,
  refuse: Refuse,
): void {
  let end = 0
  for (const { name, from, to } of ranges.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < end) throw refuse.malformed(`tensor ${quoted(name)} overlaps another one`)
    if (from > end) throw refuse.malformed(`bytes ${end} to ${from} of its values belong to no tensor`)
    end = to
  }
  if (end !== bytes) throw refuse.malformed(`bytes ${end} to ${bytes} of its values belong to no tensor`)
}
