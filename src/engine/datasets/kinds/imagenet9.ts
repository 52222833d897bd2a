import type { DatasetKind } from './kind.ts'
import { foldersIn } from '../folderReader.ts'

/** The variations of the backgrounds challenge, in the order of the screen. */
export const imagenet9Variations = [
  'original',
  'mixed_same',
  'mixed_rand',
  'mixed_next',
  'only_fg',
  'no_fg',
  'only_bg_b',
  'only_bg_t',
] as const

const perVariation = 4050
const looksLikeClass = (name: string) => /^\d{2}_/.test(name)

/** ImageNet-9: `<variation>/val/<NN_class>/` for some of its variations. The folder `val` is optional. */
export const imagenet9 = {
  recognises: ['imagenet-9'],
  parts: imagenet9Variations,
  recognise: async (reader) => {
    const { folders } = await reader.at()
    const variations = imagenet9Variations.filter((name) => folders.includes(name))
    if (variations.length === 0) return null
    const below = await Promise.all(
      variations.map(async (name) =>
        (await reader.at(name)).folders.includes('val') ? `${name}/val` : name,
      ),
    )
    const classes = (await foldersIn(reader, below)).filter(looksLikeClass)
    if (classes.length === 0) return null
    const known = new Set<string>(imagenet9Variations)
    const published = classes.length === 9 && classes[0] === '00_dog'
    return {
      kind: 'folders',
      recognised: 'imagenet-9',
      reason: `${variations.length} of the ${imagenet9Variations.length} variations of ImageNet-9, ${classes.length} classes.`,
      classes,
      labelsPath: null,
      expected: {
        images: published ? perVariation : null,
        parts: imagenet9Variations,
        classes: null,
      },
      videos: false,
      placeOf(name) {
        const steps = name.split('/')
        const className = steps.at(-2) ?? ''
        const [variation = ''] = steps
        return {
          className: looksLikeClass(className) ? className : null,
          part: known.has(variation) ? variation : null,
        }
      },
    }
  },
} as const satisfies DatasetKind
