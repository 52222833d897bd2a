import { InferenceThread } from './inferenceThread.ts'
import { paddingHere } from './padding.ts'
import type {
  Answers,
  InferenceTask,
  AttributionPart,
  Feed,
  OpenAttackRequest,
  OpenTask,
  OpenRequest,
  OpenTensorsRequest,
  BatchSlice,
  SharedCall,
} from './protocol.ts'
import type { Reading } from './readout.ts'

/** A classifier in its own worker thread. */
export interface Session {
  readonly request: OpenRequest
  /** The worker has died, or was closed and takes no more tasks. */
  readonly ended: boolean
  /**
   * Facts of the first `rows` images of a slice under each reading.
   *
   * @throws OUT_OF_MEMORY where memory runs out
   * @throws INFERENCE_FAILED where the run fails or the worker dies
   */
  run(
    slice: BatchSlice,
    rows: number,
    readings: Reading[],
    feeds?: Feed[],
    shared?: SharedCall,
  ): Promise<Answers['run']>
  /**
   * Outputs [rows, classes] of the first `rows` images of a slice.
   *
   * @throws the errors of `run`
   */
  outputs(slice: BatchSlice, rows: number, feeds?: Feed[]): Promise<Answers['outputs']>
  close(): Promise<void>
}

/**
 * Opens a classifier with the given provider, without a fallback.
 *
 * @throws MODEL_LOAD_FAILED where ONNX Runtime cannot open the graph with the provider
 * @throws OUT_OF_MEMORY where memory runs out
 */
export async function openSession(request: OpenRequest): Promise<Session> {
  const thread = await connect({ kind: 'open', request })
  return {
    request,
    get ended() {
      return thread.ended
    },
    run: (slice, rows, readings, feeds = [], shared) =>
      thread.ask({ kind: 'run', ...slice, rows, readings, feeds, ...(shared ? { shared } : {}) }),
    outputs: (slice, rows, feeds = []) => thread.ask({ kind: 'outputs', ...slice, rows, feeds }),
    close: () => thread.close(),
  }
}

/** The graphs of an attack in their own worker thread. */
export interface AttackSession {
  readonly request: OpenAttackRequest
  /** The worker has died, or was closed and takes no more tasks. */
  readonly ended: boolean
  attack(asked: Omit<Extract<InferenceTask, { kind: 'attack' }>, 'kind'>): Promise<Answers['attack']>
  leastEpsilons(
    asked: Omit<Extract<InferenceTask, { kind: 'leastEpsilons' }>, 'kind'>,
  ): Promise<Answers['leastEpsilons']>
  /** What the graphs give for the first `rows` images of a slice. */
  scores(slice: BatchSlice, rows: number): Promise<Answers['scores']>
  close(): Promise<void>
}

/**
 * Opens the graphs of an attack.
 *
 * @throws the errors of `openSession`
 */
export async function openAttackSession(request: OpenAttackRequest): Promise<AttackSession> {
  const thread = await connect({ kind: 'openAttack', request })
  return {
    request,
    get ended() {
      return thread.ended
    },
    attack: (asked) => thread.ask({ kind: 'attack', ...asked }),
    leastEpsilons: (asked) => thread.ask({ kind: 'leastEpsilons', ...asked }),
    scores: (slice, rows) => thread.ask({ kind: 'scores', ...slice, rows }),
    close: () => thread.close(),
  }
}

/** Any graph with float inputs, in its own worker thread. */
export interface TensorSession {
  readonly request: OpenTensorsRequest
  /** The worker has died, or was closed and takes no more tasks. */
  readonly ended: boolean
  run(feeds: Feed[], outputs: string[]): Promise<Answers['tensors']>
  /** Sum of the gradients of a part; only for a graph of `crossEntropyGradient`. */
  attribution(part: AttributionPart): Promise<Answers['attribution']>
  close(): Promise<void>
}

/**
 * Opens a graph with float inputs.
 *
 * @throws the errors of `openSession`
 */
export async function openTensors(request: OpenTensorsRequest): Promise<TensorSession> {
  const thread = await connect({ kind: 'openTensors', request })
  return {
    request,
    get ended() {
      return thread.ended
    },
    run: (feeds, outputs) => thread.ask({ kind: 'tensors', feeds, outputs }),
    attribution: (part) => thread.ask({ kind: 'attribution', ...part }),
    close: () => thread.close(),
  }
}

const withPadding = paddingHere()

/** Starts a worker and opens its graphs, in the form that is fastest here. */
async function connect(opening: OpenTask): Promise<InferenceThread> {
  const thread = new InferenceThread()
  try {
    const task = await withPadding(opening, (trials) => thread.ask({ kind: 'timePadding', trials }))
    await thread.ask(task)
  } catch (error) {
    await thread.close()
    throw error
  }
  return thread
}
