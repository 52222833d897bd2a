import { AsyncLocalStorage } from 'node:async_hooks'

/** How far a long step has come that lies deep in some work, such as the conversion of a model's weights. */
export interface StepProgress {
  /** Path of the file that it is about. */
  path: string
  done: number
  total: number
}

type Listener = (step: StepProgress) => void

const listeners = new AsyncLocalStorage<Listener>()

/** Does some work, and tells of the steps of its parts, however deep they lie (`stepListener`). */
export const tellingSteps = <T>(listener: Listener, work: () => Promise<T>): Promise<T> =>
  listeners.run(listener, work)

/** Who is told of the steps of the work which the caller is a part of; undefined where nobody is. */
export const stepListener = (): Listener | undefined => listeners.getStore()
