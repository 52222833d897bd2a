import type { Dataset } from '#shared/contract/index.ts'
import { isImagenet } from '../../summary/answers.ts'
import { isCorrupted, type CorruptionParams } from './conditions.ts'
import { rateInterval, type Scores, type CorruptionUnit } from './scores.ts'
import type { Grid, Metric } from '../../definition/index.ts'

/**
 * The origin of the corrupted images. It decides which baseline and which published numbers may be compared
 * with.
 */
export type Origin = 'imagenet' | 'cifar' | 'other' | 'made'

export function originOf(dataset: Dataset): Origin {
  if (!isCorrupted(dataset)) return 'made'
  if (dataset.recognised === 'cifar-10-c' || dataset.recognised === 'cifar-100-c') return 'cifar'
  return isImagenet(dataset) ? 'imagenet' : 'other'
}

function frostSaid({ ice, iceLike }: Pick<CorruptionParams, 'ice' | 'iceLike'>): string {
  if (ice === null)
    return ' Frost uses ice pictures of our own, darker than the published ones: its errors are too low.'
  if (ice === 'matched')
    return ' Frost uses ice pictures of our own, with the colours and contrast of the published ones.'
  const digests = ice.map((digest) => digest.slice(0, 8)).join(', ')
  return iceLike === 'published'
    ? ` Frost uses five given pictures (sha256 ${digests}) with the sizes and colours of the published ones.`
    : ` Frost uses five given pictures (sha256 ${digests}) whose sizes or colours are not those of the published ones.`
}

export const describeOrigin = (
  origin: Origin,
  { title }: Dataset,
  { seed, jpeg, corruptions, ...frost }: CorruptionParams,
): string =>
  origin === 'made'
    ? `Made here, seed ${seed}${jpeg ? ', JPEG quality 85' : ', without the JPEG pass'}: like ImageNet-C, not its files.${corruptions.includes('frost') ? frostSaid(frost) : ''}`
    : `Files of ${title}.`

/** The notes that are needed to read the numbers. */
export function notesOn(
  grid: Grid,
  origin: Origin,
  partial: string | null,
  unit: CorruptionUnit | null,
  scores: Map<number, Scores>,
): string[] {
  const all = [...scores.values()]
  const notes: [boolean, string][] = [
    [unit !== null, `CE counts the errors of ${unit?.name ?? ''} as 100.`],
    [
      origin === 'imagenet' && all.some(({ images }) => images !== 50000),
      'Not the 50,000 images of every part: AlexNet’s errors then only roughly apply.',
    ],
    [
      origin === 'cifar',
      'mCE of CIFAR-C is the unnormalised mean error over 15 corruptions and five severities (Hendrycks et al. 2020, AugMix); no errors of AlexNet are published for it.',
    ],
    [
      origin === 'made',
      'Not comparable with published values: the paper’s numbers are for the published files.',
    ],
    [
      partial !== null,
      `A part of the benchmark (${partial}): what is shown is the mean over that part; mCE, relative mCE and the mean at severity 5 need all of it.`,
    ],
    [
      all.some(({ chosenAccuracy }) => chosenAccuracy === null),
      'Where cells are missing or not whole, no mean is given.',
    ],
    [
      all.some(
        ({ relativeMce, intervals }) => relativeMce !== null && intervals !== null && !intervals.relativeMce,
      ),
      'Relative mCE has no interval: the clean images are not the same pictures.',
    ],
  ]
  return [
    ...notes.flatMap(([holds, text]) => (holds ? [text] : [])),
    ...grid.models
      .filter(({ id }) => scores.get(id)?.images === null)
      .map(({ title }) => `${title}: the cells hold different numbers of images.`),
  ]
}

const names: Record<Origin, { prefix: string; title: string }> = {
  imagenet: { prefix: 'imagenet-c', title: 'ImageNet-C' },
  cifar: { prefix: 'cifar-c', title: 'CIFAR-C' },
  other: { prefix: 'imagenet-c', title: 'Corruptions' },
  made: { prefix: 'made-c', title: 'Corruptions made here' },
}

/** The metrics for the ranking of models. */
export function metricsOf(
  grid: Grid,
  origin: Origin,
  dataset: Dataset,
  unit: CorruptionUnit | null,
  scores: Map<number, Scores>,
): Metric[] {
  const prefix = origin === 'cifar' ? dataset.recognised : names[origin].prefix
  const title = origin === 'cifar' ? dataset.recognised.toUpperCase() : names[origin].title
  return grid.models.flatMap((model): Metric[] => {
    const own = scores.get(model.id)
    const isUnit = unit?.model?.id === model.id
    const shared = { modelId: model.id, n: own?.images ?? 0 }
    const rates: Metric[] =
      unit === null
        ? []
        : [
            {
              ...shared,
              key: `${prefix}.mce`,
              title: `${title}, mCE (${unit.name} = 100)`,
              unit: 'number',
              better: 'lower',
              value: own?.mce ?? null,
              interval: rateInterval(own, isUnit, (all) => all.mce),
            },
            {
              ...shared,
              key: `${prefix}.relative-mce`,
              title: `${title}, relative mCE (${unit.name} = 100)`,
              unit: 'number',
              better: 'lower',
              value: own?.relativeMce ?? null,
              interval: rateInterval(own, isUnit, (all) => all.relativeMce),
            },
          ]
    return [
      {
        ...shared,
        key: `${prefix}.mean5`,
        title: `${title}, mean at severity 5`,
        unit: 'fraction',
        better: 'higher',
        value: own?.meanAccuracyAt5 ?? null,
        interval: own?.intervals?.meanAccuracyAt5 ?? null,
      },
      ...(origin === 'cifar'
        ? [
            {
              ...shared,
              key: `${prefix}.error15`,
              title: `${title}, mCE (unnormalised)`,
              unit: 'fraction' as const,
              better: 'lower' as const,
              value: own?.benchmarkError ?? null,
              interval: own?.intervals?.benchmarkError ?? null,
            },
          ]
        : []),
      ...rates,
    ]
  })
}
