import type { StudyKind } from './contract/studyInput.ts'
import { changeText } from './preprocessingChange.ts'

type Repeating = Pick<
  StudyKind['presets'][number],
  'repeats' | 'deviates' | 'perClass' | 'images' | 'preprocessing'
>

/** What a preset chooses besides parameters, in words; empty where that is nothing. */
export const presetChoices = ({ perClass, images, preprocessing }: Repeating): string[] => [
  ...(perClass === undefined ? [] : [`${perClass} images of each class`]),
  ...(images === undefined ? [] : [`${images} images, balanced over classes`]),
  ...(preprocessing ? [`preprocessing as published: ${changeText(preprocessing)}`] : []),
]

/** Says what of the paper a preset repeats and what it does otherwise; null where it repeats nothing. */
export function repeatsText({ repeats = [], deviates = [] }: Repeating): string | null {
  if (repeats.length === 0) return null
  const named = repeats.length === 1 ? repeats[0] : `${repeats.slice(0, -1).join(', ')} and ${repeats.at(-1)}`
  return deviates.length === 0
    ? `Repeats ${named} of the paper as published.`
    : `Repeats ${named} of the paper. Otherwise than published: ${deviates.join(' ')}`
}
