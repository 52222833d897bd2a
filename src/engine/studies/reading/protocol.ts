import type {
  CellImages,
  CellImagesInput,
  PaperPage,
  Question,
  Ranking,
  RankingInput,
  StudyCost,
  StudyInput,
  StudyResult,
  StudySummary,
  SuiteInput,
  SuitePlan,
} from '#shared/contract/index.ts'
import type { studyImageRows } from '../images/imageRows.ts'
import type { studyRows } from '../images/rows.ts'
import type { StudyImagesPage, StudyImagesQuery } from '../images/studyImages.ts'

/** What is asked of the stored facts of studies. */
export type ReadingTask =
  /** Makes ahead what rests on the images of a dataset alone. */
  | { kind: 'prepare'; datasetId: number }
  /** Makes ahead what pages show of studies that do not run, where it is not kept yet, the newest first. */
  | { kind: 'ahead' }
  /** `subset`: number of images that the subset of the input has now; null without one. */
  | { kind: 'cost'; input: StudyInput; subset: number | null }
  | { kind: 'suite'; input: SuiteInput }
  | { kind: 'questions'; seconds: number }
  | { kind: 'paper' }
  | { kind: 'ranking'; input: RankingInput }
  | { kind: 'result'; id: number }
  | { kind: 'summary'; id: number }
  | { kind: 'rows'; id: number; modelId: number; key: string; after: number | null; limit: number }
  | { kind: 'cellImages'; input: CellImagesInput }
  | { kind: 'image'; id: number; imageId: number }
  | ({ kind: 'images' } & StudyImagesQuery)

export interface ReadingResults {
  prepare: null
  ahead: null
  cost: StudyCost
  suite: SuitePlan
  questions: Question[]
  paper: PaperPage
  ranking: Ranking
  result: StudyResult
  summary: StudySummary
  rows: ReturnType<typeof studyRows>
  cellImages: CellImages
  image: ReturnType<typeof studyImageRows>
  images: StudyImagesPage
}
