/**
 * The path of an image that is a row of a file: the path of the file, then the row, for example `fog.npy/3/00042`. No file
 * can have such a path, because `fog.npy` is not a folder. So it can stand wherever the path of an image can.
 */
export interface RowPath {
  /** Path of the file. */
  file: string
  /** Severity 1 to 5 in a file that holds five severities one after another; null in other files. */
  severity: number | null
  /** Index of the row, from 0, inside its severity. */
  index: number
}

// Batches of CIFAR's Python version have no ending.
const pattern = /^(.*(?:\.(?:npy|bin)|(?:^|[\\/])test(?:_batch)?))[\\/](?:([1-5])[\\/])?(\d{1,9})$/

/** Splits the path of a row; null where the path is not one. */
export function parseRowPath(path: string): RowPath | null {
  const found = pattern.exec(path)
  if (!found?.[1]) return null
  return { file: found[1], severity: found[2] ? Number(found[2]) : null, index: Number(found[3]) }
}

/** Path of a row. The digits are padded, so that paths sort in the order of rows. */
export const rowName = (file: string, severity: number | null, index: number): string =>
  [file, ...(severity === null ? [] : [severity]), String(index).padStart(5, '0')].join('/')
