import type { PaperStudy } from '#shared/contract/index.ts'
import type { Preset, StudyDefinition } from '../definition/index.ts'
import { studyDefinitions } from '../registry.ts'

/** A preset that repeats a table or figure, with its study. */
export interface Repeating {
  definition: StudyDefinition
  preset: Preset<Record<string, unknown>>
}

/** The presets that repeat a table or figure, in the order of the studies. */
export const repeating = (title: string): Repeating[] =>
  studyDefinitions.flatMap((definition) =>
    definition.presets
      .filter(({ repeats }) => repeats?.includes(title))
      .map((preset) => ({ definition, preset })),
  )

/** The datasets of the paper by the kind that they are recognised as, with their sizes. */
const datasetNames: Readonly<Record<string, string>> = {
  'imagenet-val': 'ImageNet validation set (50,000 images)',
  'imagenet-a': 'ImageNet-A (7,500 images)',
  'imagenet-r': 'ImageNet-R (30,000 images)',
  'imagenet-o': 'ImageNet-O (2,000 images)',
  'imagenet-c': 'ImageNet-C (19 corruptions, 5 severities, 50,000 images each)',
  'imagenet-p': 'ImageNet-P (10 perturbations)',
  'imagenet-9': 'ImageNet-9 (4,050 images of each variation)',
}

/** The kind of dataset that a study of the paper needs; null where it reads only weights. */
export const datasetKindOf = ({ id, fromWeights }: StudyDefinition): string | null =>
  fromWeights ? null : id in datasetNames ? id : 'imagenet-val'

export const datasetName = (kind: string): string => datasetNames[kind] ?? kind

/** A word of a command line, quoted where it needs to be. */
const word = (text: string) => (/^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/** The command that runs a preset. Names that are left out stand in capitals. */
export function commandOf(
  { definition, preset }: Repeating,
  models: readonly string[],
  dataset: string | null,
): string {
  const named = models.length > 0 ? models.map(word) : ['MODEL']
  const images = definition.fromWeights ? [] : ['--dataset', dataset === null ? 'DATASET' : word(dataset)]
  return [
    ...['kernelscope -w WORKSPACE study run', definition.id, '--preset', preset.id],
    ...named.flatMap((name) => ['--model', name]),
    ...images,
  ].join(' ')
}

/** What is said of a preset whatever is in a workspace. */
export const toldOf = ({
  definition,
  preset,
}: Repeating): Pick<PaperStudy, 'kind' | 'title' | 'preset' | 'presetTitle' | 'deviates'> => ({
  kind: definition.id,
  title: definition.title,
  preset: preset.id,
  presetTitle: preset.title,
  deviates: [...(preset.deviates ?? [])],
})
