import type { ErrorShape } from '#shared/errors.ts'

/**
 * A message to the thread. stop: the answer with this id is no longer needed. ping: answer with a pong, to show that no
 * task blocks the thread. null: answer all tasks, then end.
 */
export type ToThread<Task> = { id: number; task: Task } | { stop: number } | { ping: true } | null

/** How far a task has come, in any unit. */
export interface TaskStep {
  done: number
  total: number
}

/** An answer of the thread. pong: it has started, or no task blocks it. step: the task with this id goes on. */
export type FromThread<Value> =
  | { pong: true }
  | { id: number; step: TaskStep }
  | { id: number; ok: true; value: Value }
  | { id: number; ok: false; problem: ErrorShape }
