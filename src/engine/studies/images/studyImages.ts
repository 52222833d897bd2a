import { z } from 'zod'
import type { StudyImageOrder, StudyImageSummary } from '#shared/contract/index.ts'
import { imageRows } from '../../datasets/index.ts'
import { storedJson, type Db } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import type { Summaries } from './summaries.ts'
import { measuredOf } from './measured.ts'
import { never, summarise, unknown } from './summary.ts'

interface Row {
  image: number
  failsAt: number
  failing: string
  disagreement: number
}

/** A page of a study's images. `after` is the last image of the page before. */
export interface StudyImagesQuery {
  id: number
  order: StudyImageOrder
  after: number | null
  limit: number
}

export interface StudyImagesPage {
  rows: StudyImageSummary[]
  next: number | null
  total: number
  /** Title of the axis of `failsAt`; null where the conditions have no order. */
  axis: string | null
}

const ids = z.array(z.int())

/** SQL of the value that the cursor is compared with; lower comes first. */
const places: Record<StudyImageOrder, string> = {
  image: 'image_id',
  failsFirst: 'fails_at',
  disagree: '-disagreement',
}

/**
 * Lists the images of a study that have facts, in an order, starting behind the image `after`. If facts were
 * added since the last summary, they are summed up first. While a job runs that happens only for a first
 * page, so that all pages of a list show one moment.
 */
export async function studyImages(
  db: Db,
  summaries: Summaries,
  { id: studyId, order, after, limit }: StudyImagesQuery,
): Promise<StudyImagesPage> {
  const plan = planStudy(db, studyId)
  if (after === null) await summarise(db, summaries, plan)
  const { axis } = plan.definition
  const place = places[order]
  const value =
    after === null
      ? -never
      : summaries.db
          .prepare<[number, number], number>(
            `SELECT ${place} FROM study_summary WHERE study_id = ? AND image_id = ?`,
          )
          .pluck()
          .get(studyId, after)
  const from = after ?? 0
  const rows = summaries.db
    .prepare<[number, number, number, number, number], Row>(
      `SELECT image_id AS image, fails_at AS failsAt, failing, disagreement FROM study_summary
       WHERE study_id = ? AND (${place} > ? OR (${place} = ? AND image_id > ?)) ORDER BY ${place}, image_id LIMIT ?`,
    )
    .all(studyId, value ?? never, value ?? never, from, limit + 1)
  const total = summaries.db
    .prepare<[number], number>('SELECT count(*) FROM study_summary WHERE study_id = ?')
    .pluck()
    .get(studyId)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const images = new Map(
    imageRows(
      db,
      shown.map(({ image }) => image),
    ).map((row) => [row.id, row]),
  )
  const measured = measuredOf(
    db,
    plan,
    shown.filter(({ failsAt }) => failsAt === never).map(({ image }) => image),
  )
  return {
    rows: shown.flatMap(({ image, failsAt, failing, disagreement }) => {
      const row = images.get(image)
      if (!row) return []
      return [
        {
          image: row,
          failsAt: failsAt === never ? null : failsAt,
          failing: storedJson(ids, failing, `the summary of image ${image}`),
          disagreement: disagreement === unknown ? null : disagreement,
          measured: measured.get(image) ?? null,
        },
      ]
    }),
    next: rows.length > limit && last ? last.image : null,
    total: total ?? 0,
    axis: axis?.hardens ? axis.title(plan.study.params) : null,
  }
}
