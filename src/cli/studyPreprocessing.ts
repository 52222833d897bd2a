import { InvalidArgumentError } from 'commander'
import type { PreprocessingChange, StudyKind } from '#shared/contract/index.ts'
import { preprocessingChange } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { didYouMean } from '#shared/near.ts'
import { allStatistics, valuesOf } from '#shared/statistics.ts'
import { numberOf, triple } from './preprocessingFlags.ts'

const words: Record<string, PreprocessingChange> = {
  own: {},
  bilinear: { interpolation: 'bilinear' },
  bicubic: { interpolation: 'bicubic' },
  none: { resize: 'none' },
  squash: { resize: 'squash' },
  ...Object.fromEntries(allStatistics.map((one) => [one.id, valuesOf(one)])),
}

const valued: Record<string, (value: string) => PreprocessingChange> = {
  crop: (value) => ({ resize: 'shorter', crop: numberOf(value) }),
  squash: (value) => ({ resize: 'squashCrop', crop: numberOf(value) }),
  mean: (value) => ({ mean: triple(value) }),
  std: (value) => ({ std: triple(value) }),
  name: (name) => ({ name }),
}

/** Help for `--preprocessing`. */
export const preprocessingHelp = `instead of each model's own: parts with +, of own, published, ${Object.keys(
  words,
)
  .filter((word) => word !== 'own')
  .join(', ')}, ${Object.keys(valued)
  .map((key) => `${key}=…`)
  .join(', ')}; several, side by side, by repeating it`

/**
 * Reads a preprocessing of a study, e.g. "bilinear" or "crop=0.875+imagenet".
 *
 * @throws USAGE where a part is unknown or invalid
 */
export function studyPreprocessing(text: string, kind: StudyKind): PreprocessingChange {
  const invalid = (why = '') => new KernelscopeError('USAGE', `invalid --preprocessing ${text}: ${why}`)
  try {
    const parts = text.split('+').map((part) => changeOf(part.trim(), kind))
    const parsed = preprocessingChange.safeParse(Object.assign({}, ...parts))
    if (parsed.success) return parsed.data
    throw invalid(parsed.error.issues[0]?.message)
  } catch (error) {
    throw error instanceof InvalidArgumentError ? invalid(error.message) : error
  }
}

function changeOf(part: string, { id, published }: StudyKind): PreprocessingChange {
  const [key = '', value] = part.split('=')
  if (key === 'published' && value === undefined) {
    if (published) return published
    throw new KernelscopeError('USAGE', `no published preprocessing of ${id}`, {
      hint: 'Only the scripts of some experiments of section 4 are published: "study run KIND --help" says of which.',
    })
  }
  const found = value === undefined ? words[key] : valued[key]?.(value)
  if (found) return found
  const known = ['published', ...Object.keys(words), ...Object.keys(valued).map((name) => `${name}=`)]
  throw new KernelscopeError('USAGE', `unknown part of --preprocessing: ${part}`, {
    hint: [didYouMean(part, known), `There are ${known.join(', ')}.`].filter(Boolean).join(' '),
  })
}
