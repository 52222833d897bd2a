import type { ErrorShape } from '#shared/errors.ts'

/** stop: the answer of that id is not wanted any more. null: end once all before is answered. */
export type ToThread<Task> = { id: number; task: Task } | { stop: number } | null

export type FromThread<Value> =
  { id: number; ok: true; value: Value } | { id: number; ok: false; problem: ErrorShape }
