import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { CheckpointChoice, CheckpointFacts } from '#shared/contract/index.ts'
import { readModel, type Graph, type OnnxModel } from '../onnx/index.ts'
import { readBeside } from './beside/readBeside.ts'
import type { Checkpoint } from './checkpoint.ts'
import { isCheckpoint, readCheckpoint } from './containers/readCheckpoint.ts'
import { buildCheckpoint, withWeights, type Built, type Hints } from './families/index.ts'
import { dataOf } from './weights/data.ts'

/** Names that are told of the tensors which are left over. */
const mostNames = 20

const nothing: CheckpointChoice = { part: null, answers: {} }

/**
 * Reads an ONNX file, or builds the network of a checkpoint from its names and shapes. Weights stay in their files.
 *
 * @param choice of a checkpoint; what lies beside it and the defaults where it is left out
 * @throws the errors of `readModel`, `readCheckpoint` and `buildCheckpoint`
 */
export const readAnyModel = async (path: string, choice = nothing): Promise<OnnxModel> =>
  (await isCheckpoint(path)) ? built(path, choice) : readModel(path)

async function built(path: string, { part, answers }: CheckpointChoice): Promise<OnnxModel> {
  const checkpoint = await readCheckpoint(path, { part })
  const network = buildCheckpoint(checkpoint, answers, await hintsFor(path, checkpoint))
  const graph = withWeights(network, (_, expression) => dataOf(checkpoint, expression))
  const { files } = checkpoint
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size))
  return {
    path,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    externalFiles: files.filter((file) => file !== path),
    producer: '',
    metadata: new Map(),
    checkpoint: factsOf(checkpoint, network, graph, part),
    graph,
  }
}

/** What is known beside names and shapes: of the file's name, the files beside it and the values in it. */
async function hintsFor(path: string, { metadata }: Checkpoint): Promise<Hints> {
  const { hints } = await readBeside(path)
  const arch = metadata.get('arch') ?? metadata.get('args.model') ?? metadata.get('args.arch')
  return { fileName: basename(path), ...(arch === undefined ? {} : { architecture: arch }), ...hints }
}

function factsOf(
  { container, unwrapped, metadata, tensors }: Checkpoint,
  { family, size, naming, classes, questions, answers, leftOver, used, published }: Built,
  graph: Graph,
  part: string | null,
): CheckpointFacts {
  const types: Record<string, number> = {}
  for (const name of used) {
    const type = tensors.get(name)?.type ?? 'float32'
    types[type] = (types[type] ?? 0) + 1
  }
  const bytes = { inPlace: 0, converted: 0 }
  for (const { data } of graph.tensors.values()) {
    if (data.kind === 'file') bytes.inPlace += data.length
    if (data.kind === 'made') bytes.converted += data.length
  }
  return {
    container,
    family,
    size,
    naming,
    unwrapped: [...unwrapped],
    otherParts: metadata.get('other weights')?.split(', ') ?? [],
    classes,
    questions: questions.map((question) => ({
      ...question,
      choices: question.choices ? [...question.choices] : null,
      answer: answers[question.id] ?? question.default,
    })),
    choice: { part, answers: { ...answers } },
    types,
    leftOver: { count: leftOver.length, first: leftOver.slice(0, mostNames) },
    bytes,
    published,
  }
}
