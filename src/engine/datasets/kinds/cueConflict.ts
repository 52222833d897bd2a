import { classSubsets } from '../../models/index.ts'
import type { FolderReader } from '../folderReader.ts'
import type { DatasetKind } from './kind.ts'

/** What an image with a cue conflict shows, as its file name says: the shape of one category, the texture of another. */
export interface Cues {
  shape: string
  texture: string
}

const images = 1280
const perClass = 80
/** Class folders of which images are looked at, and how deep below the root they may be. */
const [looked, deepest] = [3, 2]

/**
 * The cues of an image by its file name, as in `cat3-elephant1.png`; null where it has another form. What stands before an
 * underscore is left out (`0001_s5n_s01_0_cat_00_cat3-elephant1.png` of an experiment).
 */
export function cuesOf(name: string): Cues | null {
  const stem = (name.split('/').at(-1) ?? '').split('_').at(-1) ?? ''
  const found = /^([a-z]+)\d+-([a-z]+)\d+\.[^.]+$/i.exec(stem)
  return found?.[1] && found[2] ? { shape: found[1], texture: found[2] } : null
}

/** The name that an image has in a file of decisions and in a folder: without what stands before an underscore. */
export const conflictName = (name: string): string =>
  ((name.split('/').at(-1) ?? '').split('_').at(-1) ?? '').replace(/\.[^.]+$/, '')

/** Images with a cue conflict (Geirhos et al. 2019): `<shape>/<shape><n>-<texture><n>.png` for 16 categories. */
export const cueConflict = {
  recognises: ['cue-conflict'],
  async recognise(reader) {
    const found = await categoriesIn(reader)
    if (!found) return null
    const { below, folders } = found
    const known = new Set(folders)
    return {
      kind: 'folders',
      recognised: 'cue-conflict',
      reason: `${folders.length} of the 16 categories of cue conflicts: the folder is the shape, the file name says the texture.`,
      classes: folders,
      labelsPath: null,
      expected: { images, parts: [], classes: classSubsets().sixteen.map(({ name }) => name), perClass },
      videos: false,
      placeOf(name) {
        const inside = below === '' || name.startsWith(`${below}/`)
        const [folder = '', file] = name.slice(below === '' ? 0 : below.length + 1).split('/')
        return { className: inside && file !== undefined && known.has(folder) ? folder : null, part: null }
      },
    }
  },
} as const satisfies DatasetKind

/** The folders of categories, in the root or below folders that are alone; null where there are none. */
async function categoriesIn(reader: FolderReader): Promise<{ below: string; folders: string[] } | null> {
  const names = new Set(classSubsets().sixteen.map(({ name }) => name))
  let below = ''
  for (let depth = 0; depth <= deepest; depth++) {
    const all = (await reader.at(below)).folders
    const folders = all.filter((name) => names.has(name))
    if (folders.length > 0) return (await haveCues(reader, below, folders, names)) ? { below, folders } : null
    const [only] = all
    if (only === undefined || all.length > 1) return null
    below = below === '' ? only : `${below}/${only}`
  }
  return null
}

/** Whether images of the first categories say their cues, with the folder as shape. */
async function haveCues(
  reader: FolderReader,
  below: string,
  folders: readonly string[],
  names: ReadonlySet<string>,
): Promise<boolean> {
  let seen = 0
  for (const folder of folders.slice(0, looked))
    for (const name of (await reader.at(below === '' ? folder : `${below}/${folder}`)).images) {
      const cues = cuesOf(name)
      if (!cues || cues.shape !== folder || !names.has(cues.texture)) return false
      seen++
    }
  return seen > 0
}
