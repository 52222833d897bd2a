import type { PairedTest, StudyCondition, StudyResult } from '#shared/contract/index.ts'

/** A cell of the grid models x conditions, as figures name it in `ref`: "3|percent=50,repeat=0". */
export interface CellRef {
  modelId: number
  key: string
}

export function parseCellRef(ref: string | undefined): CellRef | null {
  const found = /^(\d+)\|(.+)$/.exec(ref ?? '')
  return found?.[2] ? { modelId: Number(found[1]), key: found[2] } : null
}

export const formatCellRef = ({ modelId, key }: CellRef) => `${modelId}|${key}`

export function findCell(result: StudyResult, ref: CellRef | null): StudyCondition | null {
  if (!ref) return null
  return result.conditions.find((c) => c.modelId === ref.modelId && c.key === ref.key) ?? null
}

/** The condition others are compared with: the first of the same model. */
export function baselineOf(result: StudyResult, cell: StudyCondition): StudyCondition | null {
  const first = result.conditions.find((c) => c.modelId === cell.modelId) ?? null
  return first?.key === cell.key ? null : first
}

/** Cells that differ from this one only in their repeat. */
export function repeatsOf(result: StudyResult, cell: StudyCondition): StudyCondition[] {
  const level = ({ params }: StudyCondition) => JSON.stringify({ ...params, repeat: null })
  return result.conditions.filter((c) => c.modelId === cell.modelId && level(c) === level(cell))
}

/** Paired tests of a cell, seen from its model: `onlyOwn` images only it gets right. */
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
      }
    })
}

/** Who is better by a paired test at the given level; null where the test does not tell. */
export function winnerOf(test: PairedTest, level = 0.05): number | null {
  if (test.p >= level || test.onlyA === test.onlyB) return null
  return test.onlyA > test.onlyB ? test.a : test.b
}
