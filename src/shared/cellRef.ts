/**
 * Names what a point of a figure stands for, in `ref`: a cell of the grid models x conditions, or a point of a model.
 * Written "3|percent=50,repeat=0".
 */
export interface CellRef {
  modelId: number
  key: string
}

/** Key of the condition of a lesion study that removes one block alone: "without=3", counted from 1. */
export const singleBlockKey = (index: number): string => `without=${index + 1}`

/** The key of today for one of an older version, in which "block=2" counted blocks from 0. */
export function currentKey(key: string): string {
  const [, index] = /^block=(\d+)$/.exec(key) ?? []
  return index === undefined ? key : singleBlockKey(Number(index))
}

/** Reads a `ref`; null where it is missing or has another form. */
export function parseCellRef(ref: string | undefined): CellRef | null {
  const found = /^(\d+)\|(.+)$/.exec(ref ?? '')
  return found?.[2] ? { modelId: Number(found[1]), key: currentKey(found[2]) } : null
}

export const formatCellRef = ({ modelId, key }: CellRef): string => `${modelId}|${key}`
