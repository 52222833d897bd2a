import { imagenetP10, imagenetP14, noisePerturbations } from '#shared/transforms/index.ts'
import type { ImagePlace, DatasetKind } from './kind.ts'
import { foldersIn, type FolderReader } from '../folderReader.ts'

/** Folder names of ImageNet-P: the perturbations, and the harder noise sequences such as "shot_noise_2". */
export const imagenetPParts: readonly string[] = imagenetP14.flatMap((name) =>
  noisePerturbations.includes(name) ? [name, `${name}_2`, `${name}_3`] : [name],
)

const known = new Set(imagenetPParts)

/** Class and part of a frame with `<perturbation>/<class>/<sequence>/<frame>` anywhere in its path. */
export function placeOfFrame(path: string): ImagePlace {
  const steps = path.split('/')
  const at = steps.findIndex((step) => known.has(step))
  if (at < 0 || steps.length < at + 4) return { className: null, part: null }
  return { className: steps[at + 1] ?? null, part: steps[at] ?? null }
}

/** ImageNet-P: `<perturbation>/<class>/` with a video or a folder of frames for each sequence. */
export const imagenetP = {
  recognises: ['imagenet-p'],
  parts: imagenetPParts,
  recognise: async (reader) => {
    const own = known.has(reader.name) ? [''] : []
    const folders = (await reader.at()).folders.filter((name) => known.has(name))
    const parts = folders.length > 0 ? folders : own
    const classes = await foldersIn(reader, parts)
    if (parts.length === 0 || classes.length === 0) return null
    const holds = await contentOf(reader, parts, classes)
    if (holds === null) return null
    const prefix = parts[0] === '' ? `${reader.name}/` : ''
    return {
      kind: 'folders',
      recognised: 'imagenet-p',
      reason: `${parts.length} of the perturbations of ImageNet-P, ${classes.length} classes, ${holds === 'videos' ? 'a video' : 'a folder of frames'} for each sequence.`,
      classes,
      labelsPath: null,
      expected: { images: null, parts: imagenetP10, classes: null },
      videos: holds === 'videos',
      placeOf: (name) => placeOfFrame(prefix + name),
    }
  },
} as const satisfies DatasetKind

/** Whether the first class folder holds videos or frames. */
async function contentOf(
  reader: FolderReader,
  parts: readonly string[],
  classes: readonly string[],
): Promise<'videos' | 'frames' | null> {
  for (const part of parts) {
    for (const name of classes) {
      const folder = part === '' ? name : `${part}/${name}`
      if (!(await reader.at(part)).folders.includes(name)) continue
      const { videos, folders } = await reader.at(folder)
      if (videos > 0) return 'videos'
      if (folders.length > 0) return 'frames'
    }
  }
  return null
}
