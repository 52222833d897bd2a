import type { Db } from '../db.ts'
import {
  isBlockKept,
  isChangeKept,
  selectBlocks,
  selectChanges,
  type ChangeRow,
  type FactBlock,
} from './blocks.ts'
import { eachChange, type FactChange } from './changes.ts'
import { countedBlocks } from './counted.ts'
import { blockBits, blockSize, factsIn, packBlock, unpackBlock } from './marks.ts'

/**
 * Counts all facts again and compares the kept blocks with them, and blocks and changes with their digests. Returns how many
 * blocks and rows of changes differ.
 *
 * @throws WORKSPACE_CORRUPT where slots are not as they were stored
 */
export function differingBlocks(db: Db): number {
  const rows = db.prepare<[number], ChangeRow>(selectChanges).all(0)
  const pending = Map.groupBy(
    rows.flatMap(({ id, changes }) => {
      const found: (FactChange & { id: number })[] = []
      eachChange(changes, (change) => found.push({ id, ...change }))
      return found
    }),
    ({ variantId, conditionId, exampleId }) => [variantId, conditionId, exampleId >>> blockBits].join(),
  )
  let differing = rows.filter((row) => !isChangeKept(row)).length
  if (countsBack(db)) differing++
  const unseen = new Set<string>(pending.keys())
  const find = db.prepare<number[], FactBlock>(
    `${selectBlocks} WHERE variant_id = ? AND condition_id = ? AND block = ?`,
  )
  const keptMarks = (key: readonly number[]): Uint8Array | null => {
    const known = find.get(...key)
    const marks = new Uint8Array(blockSize)
    if (known && !isBlockKept(known)) return null
    if (known) unpackBlock(known.marks, marks)
    for (const { id, exampleId, mark } of pending.get(key.join()) ?? [])
      if (id > (known?.version ?? 0)) marks[exampleId & (blockSize - 1)] = mark
    return known && pending.get(key.join()) === undefined && known.facts !== factsIn(marks) ? null : marks
  }
  for (const { variantId, conditionId, block } of db
    .prepare<[], Pick<FactBlock, 'variantId' | 'conditionId' | 'block'>>(
      'SELECT variant_id AS variantId, condition_id AS conditionId, block FROM fact_block',
    )
    .iterate())
    unseen.add([variantId, conditionId, block].join())
  for (const { variantId, conditionId, block, marks } of countedBlocks(db)) {
    const key = [variantId, conditionId, block]
    unseen.delete(key.join())
    const kept = keptMarks(key)
    if (!kept || !packBlock(kept).equals(marks)) differing++
  }
  for (const key of unseen) {
    const kept = keptMarks(key.split(',').map(Number))
    if (!kept || factsIn(kept) > 0) differing++
  }
  return differing
}

/** Whether the next row of changes would have an id that a block has seen. */
const countsBack = (db: Db): boolean =>
  db
    .prepare(
      'SELECT 1 WHERE coalesce((SELECT max(id) FROM fact_change), -1) < (SELECT coalesce(max(version), 0) FROM fact_block)',
    )
    .get() !== undefined
