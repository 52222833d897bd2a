import { createHash } from 'node:crypto'
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { canonicalJson } from '#shared/canonical.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { piecesOf } from '../../base/userFile.ts'
import { throughDraft } from '../../base/wholeFile.ts'
import type { CheckpointFacts } from '#shared/contract/checkpoints.ts'
import type { Graph, OnnxModel, Tensor } from '../graph.ts'
import { collected, piecesOfTensor } from './bytes.ts'
import { encodeModel, type Placement } from './encode.ts'

/** Alignment of tensors in a weights file, in bytes. It suits every element type in a memory map. */
const alignment = 64
/** Bytes that are hashed at once. */
const copyChunk = 4 * 1024 * 1024

/** Bytes after which it is told how much is written. */
const toldEach = 16 * 1024 * 1024

/** Who is told how many bytes of a model's weights are written, and what ends it. */
export interface WeightsWriting {
  tell?: ((step: { done: number; total: number }) => void) | undefined
  signal?: AbortSignal | undefined
}

/** Tensors with a weights file of their own, without the ending. */
export interface OtherWeights {
  tensors: Graph['tensors']
  name: string
}

const digests = new WeakMap<OnnxModel, Promise<string>>()

/**
 * SHA-256 (hex) of the model file and its external files in the order of their names; of a network that was built from a
 * checkpoint also of the choices it was built with. Computed once per read model.
 */
export function modelDigest(model: OnnxModel): Promise<string> {
  let digest = digests.get(model)
  if (!digest) {
    const { path, externalFiles, checkpoint } = model
    const built = checkpoint ? canonicalJson(identityOf(checkpoint)) : ''
    digest = digestOf([path, ...[...externalFiles].sort()], built)
    digests.set(model, digest)
  }
  return digest
}

/** What decides the network that a checkpoint becomes, besides its bytes. */
const identityOf = ({ family, choice }: CheckpointFacts) => ({ family, ...choice, version: 1 })

async function digestOf(paths: readonly string[], built: string): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) for await (const chunk of piecesOf(path, copyChunk)) hash.update(chunk)
  hash.update(built)
  return hash.digest('hex')
}

/**
 * Writes `graph`, a rewrite of the model's graph, as `<directory>/<name>.onnx` and gives its path. The weights are in
 * `<directory>/weights/<digest>.bin`. They are written once per model (streamed, never whole in memory) and shared by all
 * its variants. The graph file has only what the rewrite added. Load it by its path, not from a buffer.
 *
 * @param tell is told of weights that are written; `signal` ends their writing, and nothing is left of them
 * @param digest `modelDigest(model)`, where the caller has it
 * @param others tensors that the graph may have in place of the model's, all of them, with the name of their own weights file
 * @throws DISK_FULL where the disk is full
 * @throws CANCELLED where the signal is aborted while weights are written
 * @throws FILE_MISSING where a file of the model can no longer be read
 * @throws FILE_CHANGED where a file of the model has become shorter
 */
export async function writeVariant(
  model: OnnxModel,
  graph: Graph,
  directory: string,
  name: string,
  { digest, others, ...writing }: { digest?: string; others?: OtherWeights } & WeightsWriting = {},
): Promise<string> {
  const own = { tensors: model.graph.tensors, name: digest ?? (await modelDigest(model)) }
  const placement = new Map<string, Placement>()
  for (const { tensors, name: file } of [own, ...(others ? [others] : [])]) {
    const layout = weightsLayout(tensors)
    const weights = join(directory, 'weights', `${file}.bin`)
    await mkdir(dirname(weights), { recursive: true })
    if (layout.length > 0 && !(await hasSize(weights, layout.at(-1)?.end ?? 0)))
      await writeWeights(weights, layout, writing)
    for (const { tensor, offset } of layout)
      if (graph.tensors.get(tensor.name)?.data === tensor.data)
        placement.set(tensor.name, { location: `weights/${file}.bin`, offset, length: tensor.data.length })
  }
  const path = join(directory, `${name}.onnx`)
  await throughDraft(path, (draft) => writeFile(draft, encodeModel(graph, placement)))
  return path
}

/**
 * Writes `graph`, a rewrite of the graph of a file of `writeVariant`, beside that file, as `<its name>-<suffix>.onnx`, and gives
 * its path. Both share the weights file. A file that holds the same already stays: other sessions may be opening it.
 *
 * @throws DISK_FULL where the disk is full
 * @throws FILE_CHANGED where the variant's file has become shorter
 */
export async function writeBeside({ path }: OnnxModel, graph: Graph, suffix: string): Promise<string> {
  const folder = dirname(path)
  const tensors = new Map<string, Tensor>()
  const placement = new Map<string, Placement>()
  for (const [name, tensor] of graph.tensors) {
    const { data } = tensor
    const own = data.kind === 'file' && data.path === path
    tensors.set(name, own ? { ...tensor, data: { kind: 'inline', bytes: await collected(tensor) } } : tensor)
    if (data.kind === 'file' && !own)
      placement.set(name, {
        location: relative(folder, data.path).replaceAll(sep, '/'),
        offset: data.offset,
        length: data.length,
      })
  }
  const beside = join(folder, `${basename(path, '.onnx')}-${suffix}.onnx`)
  const bytes = encodeModel({ ...graph, tensors }, placement)
  if (!(await holds(beside, bytes))) await throughDraft(beside, (draft) => writeFile(draft, bytes))
  return beside
}

/** Whether a file has these bytes. */
async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  return (await hasSize(path, bytes.length)) && (await readFile(path)).equals(bytes)
}

type StoredTensor = Tensor & { data: Exclude<Tensor['data'], { kind: 'inline' }> }

/** Order and offsets of tensors in their weights file. They depend on the tensors alone, so they fit every variant. */
function weightsLayout(all: Graph['tensors']): { tensor: StoredTensor; offset: number; end: number }[] {
  const layout: { tensor: StoredTensor; offset: number; end: number }[] = []
  let end = 0
  for (const tensor of all.values()) {
    if (tensor.data.kind === 'inline') continue
    const offset = Math.ceil(end / alignment) * alignment
    end = offset + tensor.data.length
    layout.push({ tensor: { ...tensor, data: tensor.data }, offset, end })
  }
  return layout
}

async function writeWeights(
  path: string,
  layout: { tensor: StoredTensor; offset: number; end: number }[],
  { tell, signal }: WeightsWriting,
): Promise<void> {
  const total = layout.at(-1)?.end ?? 0
  let told = 0
  await throughDraft(path, async (draft) => {
    const target = await open(draft, 'w')
    try {
      for (const { tensor, offset } of layout) {
        let at = offset
        for await (const piece of piecesOfTensor(tensor)) {
          if (signal?.aborted) throw new KernelscopeError('CANCELLED', 'the writing of weights was stopped')
          await target.write(piece, 0, piece.length, at)
          at += piece.length
          if (at - told < toldEach) continue
          told = at
          tell?.({ done: at, total })
        }
      }
      await target.sync()
    } finally {
      await target.close()
    }
  })
}

async function hasSize(path: string, size: number): Promise<boolean> {
  try {
    return (await stat(path)).size === size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
