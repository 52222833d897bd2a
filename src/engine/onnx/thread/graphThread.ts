import { KernelscopeError } from '#shared/errors.ts'
import { deathText, Thread } from '../../threads/thread.ts'
import type { GraphResults, GraphTask } from './tasks.ts'

const thread = new Thread<GraphTask, GraphResults>({
  name: 'graphs',
  idleMs: 30_000,
  lost: (_, death) =>
    new KernelscopeError('INTERNAL', deathText('the graph thread', death), { cause: death.error }),
})

/**
 * Carries out a task on graphs in a thread of its own, which starts when it is needed: reading and inspecting a model
 * takes up to half a second, writing its weights seconds. Errors as the functions behind the tasks.
 */
export const onGraphThread = <K extends GraphTask['kind']>(
  task: Extract<GraphTask, { kind: K }>,
): Promise<GraphResults[K]> => thread.ask(task)
