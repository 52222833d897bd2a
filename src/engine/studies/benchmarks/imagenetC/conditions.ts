import { z } from 'zod'
import type { Dataset } from '#shared/contract/index.ts'
import { icePictures, imagenetC19, madeCorruption, type ImagenetCName } from '#shared/transforms/index.ts'
import { cleanKey, keyOf } from '../shared/corruptionKeys.ts'
import { baselineParam } from '../shared/baseline.ts'
import { validationParam } from '../shared/validation.ts'
import type { Condition } from '../../../facts/index.ts'
import { type ConditionContext, unchanged } from '../../definition/index.ts'

export const severities = [1, 2, 3, 4, 5] as const

export const params = z.object({
  corruptions: z
    .array(z.enum(imagenetC19))
    .min(1)
    .default([...imagenetC19])
    .meta({ title: 'Corruptions', description: 'The 15 of the mCE come first, then the 4 hold-outs' }),
  severities: z
    .array(z.int().min(1).max(5))
    .min(1)
    .default([...severities])
    .meta({ title: 'Severities' }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Of corruptions made here' }),
  jpeg: z.boolean().default(true).meta({
    title: 'JPEG pass',
    description: 'Corruptions made here go through JPEG of quality 85, as the published files did',
  }),
  icePictures: z
    .string()
    .nullable()
    .default(null)
    .meta({
      title: 'Pictures of frost',
      description:
        'Folder with the authors’ pictures frost1 to frost5, of hendrycks/robustness; our own ice when left out',
      format: 'folder',
      effect: [{ corruptions: ['frost'] }],
    }),
  ice: z
    .union([z.literal('matched'), icePictures])
    .nullable()
    .default(null)
    .meta({
      title: 'Ice of frost',
      description: 'The pictures that frost blends: our own, or those with these digests; filled in',
      format: 'settled',
    }),
  iceLike: z.enum(['published', 'others']).nullable().default(null).meta({
    title: 'Colours of the ice',
    description: 'Whether named pictures have the sizes and colours of the published ones; filled in',
    format: 'settled',
  }),
  validation: validationParam,
  baseline: baselineParam,
})

export type CorruptionParams = z.output<typeof params>

export { cleanKey, keyOf }

export const allKeys: readonly string[] = [
  cleanKey,
  ...imagenetC19.flatMap((name) => severities.map((severity) => keyOf(name, severity))),
]

/** Whether a dataset has corrupted images. Otherwise they are made from its images. */
export const isCorrupted = ({ parts }: Dataset): boolean =>
  parts.some(({ name }) => imagenetC19.some((corruption) => name.startsWith(`${corruption}/`)))

/** The chosen corruptions in the order of the benchmark. */
export const chosenCorruptions = ({ corruptions }: Pick<CorruptionParams, 'corruptions'>): ImagenetCName[] =>
  imagenetC19.filter((name) => corruptions.includes(name))

export const chosenSeverities = ({ severities: chosen }: Pick<CorruptionParams, 'severities'>): number[] =>
  severities.filter((severity) => chosen.includes(severity))

/**
 * The conditions: clean images first, then every corruption at every severity, as parts of the dataset or
 * made here.
 */
export function conditions(chosen: CorruptionParams, { dataset }: ConditionContext): Condition[] {
  const published = isCorrupted(dataset)
  const clean: Condition = {
    key: cleanKey,
    params: { corruption: 'none', severity: 0 },
    title: 'clean',
    baseline: true,
    transform: unchanged,
  }
  const classes = dataset.classes.map(({ name }) => name)
  const before = !published
    ? [clean]
    : chosen.validation === null
      ? []
      : [{ ...clean, images: { datasetId: chosen.validation, classes } }]
  const found = new Set(dataset.parts.map(({ name }) => name))
  return [
    ...before,
    ...chosenCorruptions(chosen).flatMap((name) =>
      chosenSeverities(chosen)
        .filter((severity) => !published || found.has(`${name}/${severity}`))
        .map((severity): Condition => {
          const shared = {
            key: keyOf(name, severity),
            params: { corruption: name, severity },
            title: `${name}, severity ${severity}`,
            way: name,
          }
          if (published) return { ...shared, transform: unchanged, images: { part: `${name}/${severity}` } }
          const { seed, jpeg, ice } = chosen
          return {
            ...shared,
            transform: () => {
              const made = madeCorruption({ name, severity, seed, jpeg })
              // A study of before has the first ice.
              return name === 'frost' ? { ...made, ice: ice ?? undefined } : made
            },
          }
        }),
    ),
  ]
}
