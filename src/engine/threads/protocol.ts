import type { ErrorShape } from '#shared/errors.ts'

/** A message to the thread. stop: the answer with this id is no longer needed. null: answer all tasks, then end. */
export type ToThread<Task> = { id: number; task: Task } | { stop: number } | null

/** An answer of the thread. */
export type FromThread<Value> =
  { id: number; ok: true; value: Value } | { id: number; ok: false; problem: ErrorShape }
