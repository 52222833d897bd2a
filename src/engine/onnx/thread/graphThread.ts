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
 * Runs a task on graphs in the graph thread, which starts when it is needed. Reading and inspecting a model takes up to
 * half a second, writing its weights takes seconds.
 *
 * @throws the errors of the task's functions
 * @throws INTERNAL where the thread died
 */
export const onGraphThread = <K extends GraphTask['kind']>(
  task: Extract<GraphTask, { kind: K }>,
): Promise<GraphResults[K]> => thread.ask(task)
