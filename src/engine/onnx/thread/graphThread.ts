import { KernelscopeError } from '#shared/errors.ts'
import { stepListener } from '../../base/steps.ts'
import { stopSignal } from '../../base/stopSignal.ts'
import { deathText, isOutOfMemory, Thread, type Death } from '../../threads/thread.ts'
import type { GraphResults, GraphTask } from './tasks.ts'

/** Most memory of what is made of a graph, in MiB. Graphs of ten thousand nodes take a few hundred. */
const mostMebibytes = 3072
/** Longest computation without a pause, in milliseconds. Graphs of ten thousand nodes take seconds. */
const blockedMs = 120_000
const stoppedMs = 500

const thread = new Thread<GraphTask, GraphResults>({
  name: 'graphs',
  idleMs: 30_000,
  limits: { maxOldGenerationSizeMb: mostMebibytes },
  watch: {
    blockedMs,
    blocked: ({ path }) =>
      new KernelscopeError(
        'MODEL_UNSUPPORTED',
        `${path}: its graph takes more than ${blockedMs / 1000} s to be read`,
        {
          hint: 'Export a simpler graph, or report the model with the details of `doctor`.',
        },
      ),
    stoppedMs,
    stopped: () => new KernelscopeError('CANCELLED', 'the request was cancelled'),
  },
  lost: ({ path }, death) => lost(path, death),
})

function lost(path: string, death: Death): KernelscopeError {
  const { error } = death
  if (isOutOfMemory(death))
    return new KernelscopeError(
      'OUT_OF_MEMORY',
      `${path}: its graph needs more than ${mostMebibytes} MiB to be read`,
      {
        cause: error,
        hint: 'Export a simpler graph: fewer nodes, and weights as initializers.',
      },
    )
  return new KernelscopeError('INTERNAL', `${deathText('the graph thread', death)} (${path})`, {
    cause: error,
  })
}

/**
 * Runs a task on graphs in the graph thread, which starts when it is needed. Reading and inspecting a model takes up to
 * half a second, writing its weights takes seconds; whoever listens to steps (`tellingSteps`) is told of that.
 *
 * @param signal ends it; that of the job that it is a part of where left out
 * @throws the errors of the task's functions
 * @throws MODEL_UNSUPPORTED where it computes for two minutes without a pause, OUT_OF_MEMORY where it needs more than 3 GiB
 * @throws CANCELLED where the signal is aborted
 * @throws INTERNAL where the thread died
 */
export const onGraphThread = <K extends GraphTask['kind']>(
  task: Extract<GraphTask, { kind: K }>,
  signal = stopSignal(),
): Promise<GraphResults[K]> => {
  const listener = stepListener()
  const { path } = task
  return thread.ask(task, signal, listener && ((step) => listener({ path, ...step })))
}
