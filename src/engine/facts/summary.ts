import { marks, type Db } from '../workspace/index.ts'
import { imageList, placesBetween } from './imageList.ts'
import type { ImageSource } from './images.ts'
import { sourceMarks } from './sourceMarks.ts'

/** Facts at one place of a study's axis: of a variant under a condition, for the images between two ids. */
export interface SummaryCell {
  model: number
  /** Number of the condition. Models are compared within equal numbers. */
  column: number
  /** Value on the axis; null where the condition has none. */
  x: number | null
  variant: number
  condition: number
  from: number
  to: number
}

/** The summary of an image over all cells. An image without facts has no summary. */
export interface ImageSummary {
  image: number
  /** The lowest x at which more than half of a model's facts are wrong; null where there is none. */
  failsAt: number | null
  /** Ids of the models that fail at `failsAt`, as a JSON list. */
  failing: string
  /**
   * Share of pairs of models of which one is right and one is wrong, in [0, 1], averaged over columns; null without
   * pairs.
   */
  disagreement: number | null
}

/** Images that are summed up at a time. */
const page = 4096

/** Yields the summaries of a source's images page by page, in order of id. A page may be empty. */
export function* imageSummaries(
  db: Db,
  source: ImageSource,
  cells: readonly SummaryCell[],
): Generator<ImageSummary[]> {
  const { ids } = imageList(db, source)
  const groups = grouped(cells)
  for (let at = 0; at < ids.length; at += page)
    yield summariesOf(db, source, groups, ids.subarray(at, at + page))
}

interface Groups {
  /** Cells of one model at one place of the axis, by model, then by x. */
  places: { model: number; x: number; cells: SummaryCell[] }[]
  columns: SummaryCell[][]
}

function grouped(cells: readonly SummaryCell[]): Groups {
  const places = Map.groupBy(
    cells.flatMap((cell) => (cell.x === null ? [] : [{ ...cell, x: cell.x }])),
    ({ model, x }) => `${model} ${x}`,
  )
  return {
    places: [...places.values()]
      .flatMap(([first, ...rest]) =>
        first ? [{ model: first.model, x: first.x, cells: [first, ...rest] }] : [],
      )
      .sort((a, b) => a.model - b.model || a.x - b.x),
    columns: [...Map.groupBy(cells, ({ column }) => column).values()],
  }
}

/** Of each image of a page: how many facts are right or wrong, and how many of them are right. */
interface Judged {
  n: Uint32Array
  right: Uint32Array
}

/** Returns a function that counts what is judged in cells. The counts hold until it is called again. */
function judgedIn(db: Db, source: ImageSource, ids: Float64Array): (cells: readonly SummaryCell[]) => Judged {
  const [n, right] = [new Uint32Array(ids.length), new Uint32Array(ids.length)]
  const [first, last] = [ids[0] ?? 0, ids.at(-1) ?? -1]
  const read = sourceMarks(db, source)
  const start = placesBetween(imageList(db, source), first, first)[0]
  return (cells) => {
    n.fill(0)
    right.fill(0)
    for (const { variant, condition, from, to } of cells) {
      const range = { from: Math.max(from, first), to: Math.min(to, last) }
      if (range.from > range.to) continue
      const found = read({ variantId: variant, conditionId: condition, ...range })
      const { bytes } = found
      const offset = found.from - start
      for (let at = 0; at < bytes.length; at++) {
        const verdict = (bytes[at] ?? 0) & marks.verdictBits
        if (verdict < marks.judgedBit) continue
        n[offset + at] = (n[offset + at] ?? 0) + 1
        right[offset + at] = (right[offset + at] ?? 0) + (verdict & 1)
      }
    }
    return { n, right }
  }
}

function summariesOf(
  db: Db,
  source: ImageSource,
  { places, columns }: Groups,
  ids: Float64Array,
): ImageSummary[] {
  const judged = judgedIn(db, source, ids)
  const isMeasured = new Uint8Array(ids.length)
  const [shares, compared] = [new Float64Array(ids.length), new Uint32Array(ids.length)]
  for (const cells of columns) {
    const { n, right } = judged(cells)
    for (let at = 0; at < ids.length; at++) {
      const [all, good] = [n[at] ?? 0, right[at] ?? 0]
      if (all > 0) isMeasured[at] = 1
      if (all < 2) continue
      shares[at] = (shares[at] ?? 0) + (2 * good * (all - good)) / (all * (all - 1))
      compared[at] = (compared[at] ?? 0) + 1
    }
  }
  const failsAt = new Float64Array(ids.length).fill(Infinity)
  const failing = Array.from<unknown, number[]>({ length: ids.length }, () => [])
  for (const { model, x, cells } of places) {
    const { n, right } = judged(cells)
    for (let at = 0; at < ids.length; at++) {
      if (2 * (right[at] ?? 0) >= (n[at] ?? 0) || x > (failsAt[at] ?? Infinity)) continue
      if (x < (failsAt[at] ?? Infinity)) failing[at] = []
      failsAt[at] = x
      failing[at]?.push(model)
    }
  }
  return [...ids].flatMap((image, at) =>
    isMeasured[at] === 1
      ? [
          {
            image,
            failsAt: failsAt[at] === Infinity ? null : (failsAt[at] ?? null),
            failing: JSON.stringify(failing[at] ?? []),
            disagreement: (compared[at] ?? 0) > 0 ? (shares[at] ?? 0) / (compared[at] ?? 1) : null,
          },
        ]
      : [],
  )
}
