import type { Facts } from '../inference/index.ts'
import { FactBatch, type Db } from '../workspace/index.ts'
import { addRows, batchStore, type FactKey } from './store.ts'

/** Facts that are stored together: those of so many milliseconds, or so many of them. */
const groupMs = 500
const mostFacts = 2 ** 14

/** Collects facts and stores many in one transaction: each pack of predictions is then written for many of them. */
export interface GroupedFacts {
  /** Adds the n-th row of `facts` under the n-th key. Rows whose key is null are left out. */
  add(keys: readonly (FactKey | null)[], facts: Facts): void
  /**
   * Stores what was added, where it is time.
   *
   * @param stored is called when all that was added so far is stored
   * @throws WORKSPACE_CORRUPT where predictions beside them are not as they were stored
   */
  settle(stored: () => void): void
  /**
   * Stores what was added.
   *
   * @throws WORKSPACE_CORRUPT as `settle`
   */
  flush(): void
}

/**
 * Groups the facts of a run. What was added and not stored is lost where the engine dies, and computed again.
 *
 * @param apart stores each addition by itself
 */
export function groupedFacts(db: Db, apart: boolean): GroupedFacts {
  const write = batchStore(db)
  const batch = new FactBatch()
  let waiting: (() => void)[] = []
  let last = performance.now()
  const flush = () => {
    const told = waiting
    waiting = []
    try {
      if (batch.length > 0) write(batch)
    } finally {
      batch.clear()
      last = performance.now()
    }
    for (const tell of told) tell()
  }
  return {
    add: (keys, facts) => addRows(batch, keys, facts),
    settle(stored) {
      waiting.push(stored)
      if (apart || batch.length >= mostFacts || performance.now() - last >= groupMs) flush()
    },
    flush,
  }
}
