import { resolve } from 'node:path'
import { KernelscopeError, type ErrorCode } from '#shared/errors.ts'
import { asReadError, openWithoutWaiting } from '../../base/userFile.ts'
import type { Graph, OnnxModel } from '../graph.ts'
import { decodeGraph, GraphError } from './decode.ts'
import { unfused } from '../rewrite/unfuse.ts'
import { ExternalData } from './external.ts'
import { FileWindow } from './fileWindow.ts'
import { openAxesClosed } from './openAxes.ts'
import { inlineFunctions } from './functions.ts'
import { checkPossible } from './possible.ts'
import { foreignFormat } from './sniff.ts'
import { readSkeleton } from './skeleton.ts'
import { fieldsOf, WireError } from './wire.ts'

/** Wire types of the fields of ModelProto, by field number. */
const modelFields = new Map([
  [1, 0],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 0],
  [6, 2],
  [7, 2],
  [8, 2],
  [14, 2],
  [20, 2],
  [25, 2],
  [26, 2],
])

/**
 * Reads an ONNX file without decoding its weights; only their offsets in the file are stored. Replaces operators that ONNX
 * Runtime's optimiser has fused by plain ones, and fixes open axes of the image that have only one size (`openAxesClosed`). Messages of errors name the file, the problem and its place.
 *
 * @throws FILE_MISSING where there is no such file
 * @throws FILE_UNREADABLE where it cannot be read
 * @throws MODEL_NOT_ONNX where it is another kind of file
 * @throws MODEL_TRUNCATED where it is empty or ends too early
 * @throws MODEL_MALFORMED where it is damaged or its graph is not valid
 * @throws MODEL_EXTERNAL_DATA where an external file is missing, too small or outside the model's folder
 * @throws MODEL_UNSUPPORTED where it was optimised for one processor
 */
export async function readModel(path: string): Promise<OnnxModel> {
  const absolute = resolve(path)
  const file = await openWithoutWaiting(absolute).catch((cause: unknown) => {
    throw asReadError(cause, absolute)
  })
  try {
    const info = await file.stat()
    if (info.isDirectory()) throw new KernelscopeError('MODEL_NOT_ONNX', `${absolute} is a folder`)
    if (!info.isFile()) throw new KernelscopeError('MODEL_NOT_ONNX', `${absolute} is not a regular file`)
    if (info.size === 0) throw new KernelscopeError('MODEL_TRUNCATED', `${absolute} is empty`)
    return await decodeFile(absolute, new FileWindow(file, info.size))
  } catch (error) {
    throw translated(absolute, error)
  } finally {
    await file.close()
  }
}

async function decodeFile(path: string, window: FileWindow): Promise<OnnxModel> {
  await checkIsModel(path, window)
  const { model, located } = await readSkeleton(window)
  if (!model.graph) {
    if (model.opsetImport.length > 0) throw new GraphError('there is no graph')
    throw new KernelscopeError('MODEL_NOT_ONNX', `${path} is protobuf, but has no ONNX graph`)
  }
  const external = new ExternalData(path)
  const inlined = inlineFunctions(model, model.graph)
  const graph = await decodeGraph(model, inlined, { path, located, external })
  checkPortable(path, graph)
  checkPossible(graph)
  const externalFiles = await external.files()
  return {
    path,
    bytes: externalFiles.reduce((sum, { size }) => sum + size, window.size),
    externalFiles: externalFiles.map((file) => file.path),
    producer: [model.producerName, model.producerVersion].filter((part) => part !== '').join(' '),
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
    graph: openAxesClosed(unfused(graph)),
  }
}

/**
 * ONNX Runtime's highest optimisation level writes convolutions in blocked layouts for one processor.
 *
 * @throws MODEL_UNSUPPORTED where the graph has such a node
 */
function checkPortable(path: string, { nodes }: Graph): void {
  const blocked = nodes.find(({ domain }) => domain === 'com.microsoft.nchwc')
  if (!blocked) return
  throw new KernelscopeError(
    'MODEL_UNSUPPORTED',
    `${path} was optimised by ONNX Runtime for one processor (node ${blocked.name}: ${blocked.domain}.${blocked.op})`,
    { hint: 'Save it at the level basic or extended, or open the original file.' },
  )
}

/** Distinguishes a file of another kind from a damaged model, so that each gets its own error. */
async function checkIsModel(path: string, window: FileWindow): Promise<void> {
  const foreign = await foreignFormat(window)
  if (foreign) throw new KernelscopeError('MODEL_NOT_ONNX', `${path} is ${foreign}, not ONNX`)
  try {
    for await (const field of fieldsOf(window, 0, window.size, 'the model'))
      if (modelFields.get(field.number) !== field.wire)
        throw new WireError('malformed', field.start, `field ${field.number} is not one of a model`)
  } catch (error) {
    if (error instanceof WireError && error.kind === 'malformed')
      throw new KernelscopeError(
        'MODEL_NOT_ONNX',
        `${path} is not ONNX: ${error.message} (byte ${error.offset})`,
        { cause: error },
      )
    throw error
  }
}

function translated(path: string, error: unknown): unknown {
  const as = (code: ErrorCode, message: string) => new KernelscopeError(code, message, { cause: error })
  if (error instanceof WireError && error.kind === 'truncated')
    return as('MODEL_TRUNCATED', `${path} ends too early, at byte ${error.offset}: ${error.message}`)
  if (error instanceof WireError)
    return as('MODEL_MALFORMED', `${path} is damaged at byte ${error.offset}: ${error.message}`)
  if (error instanceof GraphError)
    return as('MODEL_MALFORMED', `${path} is not a valid model: ${error.message}`)
  return error
}
