/**
 * Names what a point of a figure stands for, in `ref`: a cell of the grid models x conditions, or a point of a model.
 * Written "3|percent=50,repeat=0".
 */
export interface CellRef {
  modelId: number
  key: string
}

/** Reads a `ref`; null where it is missing or has another form. */
export function parseCellRef(ref: string | undefined): CellRef | null {
  const found = /^(\d+)\|(.+)$/.exec(ref ?? '')
  return found?.[2] ? { modelId: Number(found[1]), key: found[2] } : null
}

export const formatCellRef = ({ modelId, key }: CellRef): string => `${modelId}|${key}`
