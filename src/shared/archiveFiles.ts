/** File name endings of archives that are read in place, without the dot. */
export const archiveEndings = ['tar', 'zip', 'parquet'] as const

/** Endings of packed tars, which are unpacked before they are read. */
export const packedEndings = ['tar.gz', 'tgz'] as const

const ending = (endings: readonly string[]) =>
  new RegExp(`[^/\\\\]\\.(${endings.map((end) => end.replace('.', '\\.')).join('|')})$`, 'i')

const inPlace = ending(archiveEndings)
const packed = ending(packedEndings)

/** Whether a name or a whole path ends like that of an archive that is read in place. */
export const looksLikeArchive = (name: string): boolean => inPlace.test(name)

/** Whether a name or a whole path ends like that of a packed tar. */
export const looksLikePackedTar = (name: string): boolean => packed.test(name)

/** The name of an archive without its ending; any other name as it is. */
export const archiveStem = (name: string): string =>
  name.replace(new RegExp(`\\.(${[...packedEndings, ...archiveEndings].join('|')})$`, 'i'), '')
