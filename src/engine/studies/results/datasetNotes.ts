import type { Dataset, ReportedValue } from '#shared/contract/index.ts'
import { sampleLong } from '#shared/sampleWords.ts'
import { thousands } from '#shared/thousands.ts'
import { getDataset } from '../../datasets/index.ts'
import { countImages } from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'
import { isImagenet, notImagenet } from '../summary/answers.ts'
import type { PlannedModel, StudyPlan } from '../store/plan.ts'

type Chosen = Pick<StudyPlan['study'], 'subset' | 'sample'>

/** What chose the images of a study: ", subset hard as it was …, at most 5 per class drawn with seed 0". */
export const chosenText = ({ subset, sample }: Chosen): string =>
  [
    subset
      ? `, subset ${subset.name} as it was when the study began (${subset.rule}, ${subset.images} images)`
      : '',
    sample ? `, ${sampleLong(sample)}` : '',
  ].join('')

/** Names the datasets that conditions take images of beside that of the study, such as ordinary images of its classes. */
export function otherImagesNotes(db: Db, models: readonly PlannedModel[], dataset: Dataset): string[] {
  const found = models.flatMap(({ conditions }) =>
    conditions.flatMap(({ condition, source }) =>
      source.datasetId === dataset.id
        ? []
        : [
            `Under “${condition.title}”: ${thousands(countImages(db, source))} images of ${getDataset(db, source.datasetId).title}.`,
          ],
    ),
  )
  return [...new Set(found)]
}

/** Says where numbers of the paper stand beside those of other images than ImageNet’s, if `notes` do not say so. */
export const paperNotes = (
  reported: readonly ReportedValue[],
  dataset: Dataset,
  notes: readonly string[],
): string[] =>
  !reported.some(({ value }) => value !== null) || isImagenet(dataset) || notes.includes(notImagenet)
    ? []
    : [notImagenet]

/** Whether a model's answers are looked up in groups of outputs, so that labels need not be named like the classes. */
export const looksUpGroups = ({ conditions }: PlannedModel): boolean =>
  conditions.some(({ condition }) => condition.readout?.op === 'groups')
