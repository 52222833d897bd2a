/**
 * An image that is a row of a file has a path of its own: that of the file, then which row, e.g. `fog.npy/3/00042`. No
 * file can have such a path, since `fog.npy` is none of a folder; so it goes wherever the path of an image goes.
 */
export interface RowPath {
  /** The file that holds the rows. */
  file: string
  /** Of files that hold five severities one after another; null where the file is one run of rows. */
  severity: number | null
  /** Within its severity. */
  index: number
}

const pattern = /^(.*\.(?:npy|bin))[\\/](?:([1-5])[\\/])?(\d{1,9})$/

export function parseRowPath(path: string): RowPath | null {
  const found = pattern.exec(path)
  if (!found?.[1]) return null
  return { file: found[1], severity: found[2] ? Number(found[2]) : null, index: Number(found[3]) }
}

/** Name of a row; digits are padded so that the order of names is the order of rows. */
export const rowName = (file: string, severity: number | null, index: number): string =>
  [file, ...(severity === null ? [] : [severity]), String(index).padStart(5, '0')].join('/')
