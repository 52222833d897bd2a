import { isDeepStrictEqual } from 'node:util'
import type { Study } from '#shared/contract/index.ts'
import { repeatsText } from '#shared/presetWords.ts'
import type { Preset, StudyDefinition } from '../definition/index.ts'
import { formatsOf } from '../store/paramIds.ts'

type Told = Pick<Study, 'params' | 'sample' | 'subset' | 'preprocessings'>

/** Formats of parameters that depend on the workspace. */
const ofWorkspace = ['model', 'dataset', 'settled']

/**
 * The preset whose table or figure of the paper a study repeats: all parameters are its own, but for the seed and what is
 * found in the workspace. null where there is none.
 */
export function repeatedPreset(
  definition: StudyDefinition,
  { params }: Pick<Told, 'params'>,
): Preset<Record<string, unknown>> | null {
  const formatOf = formatsOf(definition)
  const free = (key: string) => key === 'seed' || ofWorkspace.includes(formatOf(key) ?? '')
  return (
    definition.presets.find((preset) => {
      if (!preset.repeats) return false
      const wanted = definition.params.safeParse(preset.params).data ?? {}
      return Object.entries(wanted).every(
        ([key, value]) => free(key) || isDeepStrictEqual(params[key], value),
      )
    }) ?? null
  )
}

/** How many images are chosen at most; without either, all. */
interface Chosen {
  perClass?: number | undefined
  images?: number | undefined
}

/** In what a study deviates from its preset by its images and its preprocessing. */
function ownDeviations(
  definition: StudyDefinition,
  { perClass, images, published }: Preset<Record<string, unknown>>,
  { sample, subset, preprocessings }: Told,
): string[] {
  const words = (most: Chosen | null) =>
    most?.perClass !== undefined
      ? `at most ${most.perClass} images of each class`
      : most?.images !== undefined
        ? `at most ${most.images} images`
        : 'all images'
  const [own, wanted] = [words(sample), words({ perClass, images })]
  return [
    ...(definition.fromWeights || own === wanted ? [] : [`${own}, where the paper has ${wanted}`]),
    ...(subset ? [`the subset ${subset.name} of the images`] : []),
    ...(published && !isDeepStrictEqual(preprocessings, [definition.published])
      ? ['another preprocessing than the published one']
      : []),
  ]
}

/** Whether a study has the parameters, images and preprocessing of a preset that repeats the paper. */
export function asPublished(definition: StudyDefinition, study: Told): boolean {
  const preset = repeatedPreset(definition, study)
  return preset !== null && ownDeviations(definition, preset, study).length === 0
}

/** Says what of the paper a study repeats, and in what it deviates: by its preset, its images and its preprocessing. */
export function repeatNotes(definition: StudyDefinition, study: Told): string[] {
  const preset = repeatedPreset(definition, study)
  if (!preset) return []
  const { repeats, deviates } = preset
  const text = repeatsText({ repeats: [...(repeats ?? [])], deviates: [...(deviates ?? [])] })
  const own = ownDeviations(definition, preset, study)
  return [
    ...(text === null ? [] : [text]),
    ...(own.length > 0 ? [`In this study also: ${own.join('; ')}.`] : []),
  ]
}
