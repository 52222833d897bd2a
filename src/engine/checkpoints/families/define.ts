import { KernelscopeError } from '#shared/errors.ts'
import type { Graph, Tensor } from '../../onnx/index.ts'
import { NamedTensors, Net, type Expression, type Naming } from '../build/index.ts'
import type { Checkpoint } from '../checkpoint.ts'
import type { Answers, Family, Found, Hints, Question, Published } from './family.ts'
import { answered } from './questions.ts'

/** What a checkpoint was taken for, before it is built. */
export interface Recognised {
  /** Id of the family. */
  family: string
  /** Published name of the size; null where none has these widths and depths. */
  size: string | null
  /** Whose names the tensors have, e.g. "torchvision". */
  naming: string
  /** Outputs of the head; null without one. */
  classes: number | null
  questions: readonly Question[]
  /** With all answers at their defaults. */
  published: Published
}

/** A graph made for a checkpoint. */
export interface Built extends Recognised {
  /** Every question with its answer. */
  answers: Answers
  /** Without its weights; `withWeights` adds them. */
  graph: Graph
  /** How each weight is made from stored tensors, by its name in the graph; all are float32. */
  weights: ReadonlyMap<string, Expression>
  /** Names of the stored tensors that the graph needs. */
  used: ReadonlySet<string>
  /** Names of stored tensors that the graph does not need, to warn of. */
  leftOver: readonly string[]
}

/** A family with its own configuration hidden, so that all are of one type. */
export interface DefinedFamily {
  id: string
  /** The namings under which the checkpoint is of the family: mostly none, or one. */
  recognise(checkpoint: Checkpoint, hints: Hints): Candidate[]
}

interface Candidate extends Recognised {
  build(answers: Answers): Built
}

/** Makes a family of its definition. */
export function defineFamily<Config>(family: Family<Config>): DefinedFamily {
  return {
    id: family.id,
    recognise: (checkpoint, hints) =>
      family.namings.flatMap((naming) => candidate(family, naming, checkpoint, hints) ?? []),
  }
}

function candidate<Config>(
  family: Family<Config>,
  naming: Naming,
  checkpoint: Checkpoint,
  hints: Hints,
): Candidate | null {
  const tensors = new NamedTensors(checkpoint, naming)
  const found = naming.needs === undefined || tensors.has(naming.needs) ? family.read(tensors) : null
  if (!found) return null
  const questions = family.questions(found, tensors, hints)
  const recognised = {
    family: family.id,
    size: found.size,
    naming: naming.by,
    classes: found.classes,
    questions,
    published: family.preprocessing(found, tensors, answered(questions, {})),
  }
  return { ...recognised, build: (answers) => build({ family, found, tensors, recognised }, answers) }
}

interface Plan<Config> {
  family: Family<Config>
  found: Found<Config>
  tensors: NamedTensors
  recognised: Recognised
}

function build<Config>({ family, found, tensors, recognised }: Plan<Config>, given: Answers): Built {
  const answers = answered(recognised.questions, given)
  const published = family.preprocessing(found, tensors, answers)
  const net = new Net(recognised.size ?? family.id, tensors, published.preprocessing.size)
  const { graph, weights, used } = net.finish(family.graph(net, found.config, answers))
  const leftOver = tensors.leftOver(used)
  checkNothingInside(leftOver, used, tensors, net)
  return { ...recognised, answers, published, graph, weights, used, leftOver }
}

/**
 * A tensor beside those that a module uses changes what the module computes: the network is another one, though it has
 * all that this one needs.
 *
 * @throws MODEL_UNSUPPORTED where there is one
 */
function checkNothingInside(
  leftOver: readonly string[],
  used: ReadonlySet<string>,
  tensors: NamedTensors,
  { title }: Net,
): void {
  const modules = new Set([...used].flatMap((name) => parents(tensors.unprefixed(name))))
  const foreign = leftOver.find((name) => parents(tensors.unprefixed(name)).some((path) => modules.has(path)))
  if (foreign === undefined) return
  throw new KernelscopeError('MODEL_UNSUPPORTED', `tensor ${foreign} does not belong to ${title}`, {
    hint: 'The network is of another architecture. Export it as ONNX and add that file.',
  })
}

/** `a.b.c` is in the modules `a` and `a.b`; names of TensorFlow have `/`. */
function parents(name: string): string[] {
  const parts = name.split(/[./]/).slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'))
}

/**
 * The graph with its weights.
 *
 * @param dataOf where the float32 elements of a weight are, row-major
 */
export function withWeights(
  { graph, weights }: Pick<Built, 'graph' | 'weights'>,
  dataOf: (name: string, expression: Expression) => Tensor['data'],
): Graph {
  const tensors = [...weights].map(([name, expression]): [string, Tensor] => [
    name,
    { name, type: 'float32', shape: expression.shape, data: dataOf(name, expression) },
  ])
  return { ...graph, tensors: new Map([...graph.tensors, ...tensors]) }
}
