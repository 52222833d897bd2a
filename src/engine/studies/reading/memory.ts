import { LruMap } from '../../base/lruMap.ts'
import type { Db } from '../../workspace/index.ts'
import type { ReadingTask } from './protocol.ts'
import { stampOf } from './stamp.ts'

/** Answers kept at most. */
const most = 64

/** Keeps answers until something that they rest on has changed. */
export class Memory {
  readonly #db: Db
  readonly #kept = new LruMap<string, { stamp: string; value: unknown }>(most)

  constructor(db: Db) {
    this.#db = db
  }

  /** Returns the kept answer to a task, or makes it. Pages of rows are made anew each time. */
  async remembered<T>(task: ReadingTask, make: () => Promise<T>): Promise<T> {
    const stamp = stampOf(this.#db, task)
    if (stamp === null) return make()
    const key = JSON.stringify(task)
    const known = this.#kept.get(key)
    // A key belongs to one kind of task, so its value has that kind's type.
    if (known?.stamp === stamp) return known.value as T
    const value = await make()
    this.#kept.set(key, { stamp, value })
    return value
  }
}
