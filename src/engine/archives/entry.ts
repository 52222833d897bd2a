/** Where the bytes of a file of an archive are: at an offset as they are, deflated in a zip, or in a row of a table. */
export type Place =
  | { kind: 'stored'; offset: number; bytes: number }
  | { kind: 'zipped'; offset: number; packed: number; bytes: number; crc: number }
  | { kind: 'row'; row: number }

/** A file of an archive. */
export interface Entry {
  /** Path inside the archive, with forward slashes. */
  name: string
  /** Size in bytes, unpacked; of a row of a table 0, because it is not known before it is read. */
  bytes: number
  /** null where it cannot be read. */
  place: Place | null
  /** Why it cannot be read. */
  problem?: string
}

/** An archive whose list of files was read. */
export interface Archive {
  /** Path of the archive. */
  file: string
  /** Size of the archive in bytes, and time of its last change in whole milliseconds since 1970. */
  size: number
  mtime: number
  /** Number of files. */
  count: number
  /** Files in the order of a folder that is listed depth first, names by code point. */
  entries(): Iterable<Entry>
  find(name: string): Entry | null
  /**
   * Classes of the rows of a table, by number or name, empty where it has none; and the names of all classes by their numbers,
   * where the table has them.
   */
  classes?: { of: readonly (number | string | null)[]; names: readonly string[] | null }
  /** What is left out, and what is wrong with the archive, in sentences. */
  remarks: readonly string[]
  /** About the bytes of memory that the list takes. */
  memory: number
}

/** A file in an archive, located: what an image worker needs to read it. */
export interface Packed {
  /** The archive's path, then the path inside. */
  path: string
  archive: { file: string; size: number; mtime: number }
  place: Place
}
