import type { CellRef } from '#shared/cellRef.ts'
import {
  testedConditions,
  type PairedTest,
  type StudyCondition,
  type StudyResult,
} from '#shared/contract/index.ts'

export { formatCellRef, parseCellRef, type CellRef } from '#shared/cellRef.ts'

export function findCell(result: StudyResult, ref: CellRef | null): StudyCondition | null {
  if (!ref) return null
  return result.conditions.find((c) => c.modelId === ref.modelId && c.key === ref.key) ?? null
}

/** The condition that others are compared with: the first one of the same model. */
export function baselineOf(result: StudyResult, cell: StudyCondition): StudyCondition | null {
  const first = result.conditions.find((c) => c.modelId === cell.modelId) ?? null
  return first?.key === cell.key ? null : first
}

/** Cells that differ from this one only in their random draw. Together they are one point of a figure. */
export const repeatsOf = (result: StudyResult, cell: StudyCondition): StudyCondition[] =>
  result.conditions.filter((c) => c.modelId === cell.modelId && c.level === cell.level)

/** How many conditions are tested pair by pair, out of how many; null where all are tested. */
export function partlyTested({ conditions }: StudyResult): { tested: number; of: number } | null {
  const counts = [...Map.groupBy(conditions, (c) => c.modelId).values()].map((own) => own.length)
  const most = Math.max(0, ...counts)
  return most > testedConditions ? { tested: testedConditions, of: most } : null
}

/** Whether the cell's condition is not tested pair by pair. */
export const isUntested = ({ conditions }: StudyResult, cell: StudyCondition): boolean =>
  conditions.filter((c) => c.modelId === cell.modelId).indexOf(cell) >= testedConditions &&
  conditions.some((c) => c.modelId !== cell.modelId)

/** Paired tests of a cell, seen from its model: `onlyOwn` counts the images that only this model has right. */
export function testsOf(result: StudyResult, cell: StudyCondition) {
  return result.tests
    .filter((t) => t.key === cell.key && (t.a === cell.modelId || t.b === cell.modelId))
    .map((t) => {
      const own = t.a === cell.modelId
      return {
        other: own ? t.b : t.a,
        onlyOwn: own ? t.onlyA : t.onlyB,
        onlyOther: own ? t.onlyB : t.onlyA,
        n: t.n,
        p: t.p,
        adjusted: t.adjusted,
      }
    })
}

/** The better model of a paired test at the given familywise level; null where the test does not decide. */
export function winnerOf(test: PairedTest, level = 0.05): number | null {
  if (test.adjusted >= level || test.onlyA === test.onlyB) return null
  return test.onlyA > test.onlyB ? test.a : test.b
}
