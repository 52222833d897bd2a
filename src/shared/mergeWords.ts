import type { MergePart, MergeReport } from './contract/index.ts'

/** What the parts of a workspace are called where one is added to another. */
export const mergeTitles: Record<MergePart['name'], string> = {
  models: 'Models',
  datasets: 'Datasets',
  studies: 'Studies',
  predictions: 'Predictions',
  measurements: 'Measurements',
  failures: 'Failures',
  figures: 'Composed figures',
  styles: 'Figure styles',
  subsets: 'Subsets',
  tags: 'Tags of images',
  notes: 'Notes',
  maps: 'Kept maps',
  masks: 'Files of drawn masks',
}

/** A part as a table shows it. */
export interface MergeRow {
  name: MergePart['name']
  title: string
  added: number
  there: number
  leftOut: number
}

/** The parts of which the other workspace has something. */
export const mergeRows = ({ parts }: Pick<MergeReport, 'parts'>): MergeRow[] =>
  parts
    .map(({ name, added, there, remarks }) => ({
      name,
      title: mergeTitles[name],
      added,
      there,
      leftOut: remarks.reduce((sum, one) => sum + (one.leftOut ? one.count : 0), 0),
    }))
    .filter(({ added, there, leftOut }) => added + there + leftOut > 0)

/** What came of a merge, above its numbers. */
export const addedWords = ({ parts }: Pick<MergeReport, 'parts'>): string =>
  parts.some(({ added }) => added > 0)
    ? 'Added. The numbers below are what was done.'
    : 'Nothing was added: what it holds is here already, or was left out.'

/** What is told of single things, those that were left out first. */
export const mergeRemarks = ({ parts }: Pick<MergeReport, 'parts'>): string[] =>
  parts
    .flatMap(({ name, remarks }) => remarks.map((remark) => ({ name, ...remark })))
    .sort((a, b) => Number(b.leftOut) - Number(a.leftOut))
    .map(
      ({ name, title, message, leftOut }) =>
        `${leftOut ? 'Left out' : 'Note'}: ${mergeTitles[name].toLowerCase()}, ${title}: ${message}.`,
    )

/** What a merged workspace keeps for itself. */
export const mergeLeaves =
  'Settings, queued jobs, exports, backups and thumbnails stay in the other workspace. Models and images stay where they are.'
