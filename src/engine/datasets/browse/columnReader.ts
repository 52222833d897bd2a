import type { FactOf, ImageFilter, ImageOrder, ImageSelection } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { ofUnchangedModel, factKey, factOnly } from '#shared/factText.ts'
import { factVersion, type FactsOf } from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'
import { emptyFacts, placeOf, type FactColumns, type ImageColumns } from './columns.ts'
import type { ColumnCache } from './columnCache.ts'
import type { FilterContext } from './match.ts'
import { readFacts, readImages } from './read.ts'
import { LruMap } from '../../base/lruMap.ts'

/** Variants, class names and subsets that a request refers to, looked up by the engine. */
export interface BrowseReferences {
  /** No job is running, so the data does not change continuously. */
  settled: boolean
  /** Variants and conditions by `factKey`. */
  facts: Record<string, FactsOf>
  /** Where label lists differ: for each model id, the number of the class name of each output. */
  classNumbers: Record<number, number[]>
  subsets: Record<number, ImageSelection>
}

/** Columns that take this long to read, in ms, are cached on disk. */
const worthKeeping = 150
/** While jobs run, columns are read again after ten times the time that reading took, but at least this long, in ms. */
const atLeast = 2000
const factColumnsInMemory = 24

interface ReadColumns<T> {
  version: string
  at: number
  took: number
  columns: T
}

/** Reads the columns of datasets when they are needed, and again when the data has changed. */
export class ColumnReader {
  readonly #db: Db
  readonly #cache: ColumnCache
  readonly #images = new Map<number, ReadColumns<ImageColumns>>()
  readonly #facts = new LruMap<string, ReadColumns<FactColumns>>(factColumnsInMemory)

  constructor(db: Db, cache: ColumnCache) {
    this.#db = db
    this.#cache = cache
  }

  /**
   * Reads the columns that a filter, an order and shown facts need.
   *
   * @throws SUBSET_NOT_FOUND where the filter is matched and refers to a subset that is not in `known`
   */
  async filterContext(
    datasetId: number,
    known: BrowseReferences,
    asked: { filter?: ImageFilter; order?: ImageOrder | undefined; shownFacts?: readonly FactOf[] },
  ): Promise<FilterContext & { version: string }> {
    const images = await this.#imagesOf(datasetId, known.settled)
    const facts = new Map<string, FactColumns>()
    const versions = [images.version, String(this.#annotations())]
    const wanted = [
      ...factsOf(asked.filter ?? {}, known),
      ...(asked.order?.fact ? [asked.order.fact] : []),
      ...(asked.shownFacts ?? []).flatMap((shownFact) => [shownFact, ofUnchangedModel(shownFact)]),
    ]
    for (const of of wanted) {
      const key = factKey(of)
      if (facts.has(key)) continue
      const read = await this.#factsOf(datasetId, images, known.facts[key], known.settled)
      facts.set(key, read.columns)
      versions.push(`${key}=${read.version}`)
    }
    return { ...this.#filterContext(datasetId, images.columns, facts, known), version: versions.join(' ') }
  }

  #filterContext(
    datasetId: number,
    images: ImageColumns,
    facts: Map<string, FactColumns>,
    known: BrowseReferences,
  ): FilterContext {
    const maskOf = (sql: string, ...values: (string | number)[]) => {
      const mask = new Uint8Array(images.n)
      for (const id of this.#db
        .prepare<unknown[], number>(sql)
        .pluck()
        .all(...values, datasetId)) {
        const at = placeOf(images.id, id)
        if (at >= 0) mask[at] = 1
      }
      return mask
    }
    return {
      images,
      facts(of) {
        const found = facts.get(factKey(of))
        if (!found) throw new Error(`facts were not read: ${factKey(of)}`)
        return found
      },
      sameClass: (modelId, predicted) => known.classNumbers[modelId]?.[predicted] ?? predicted,
      tagged: (tag) =>
        maskOf(
          `SELECT i.id FROM tag t JOIN image_tag it ON it.tag_id = t.id JOIN example s ON s.digest = it.digest
           JOIN image i ON i.example_id = s.id WHERE t.name = ? AND i.dataset_id = ?`,
          tag,
        ),
      noted: () =>
        maskOf(
          `SELECT i.id FROM image_note n JOIN example s ON s.digest = n.digest JOIN image i ON i.example_id = s.id WHERE i.dataset_id = ?`,
        ),
      named: (piece) =>
        maskOf(
          `SELECT i.id FROM image i WHERE i.name LIKE ? ESCAPE '\\' AND i.dataset_id = ?`,
          `%${piece.replace(/[\\%_]/g, '\\$&')}%`,
        ),
      subset(id) {
        const found = known.subsets[id]
        if (!found) throw new KernelscopeError('SUBSET_NOT_FOUND', `no subset with id ${id}`)
        return found
      },
    }
  }

  async #imagesOf(datasetId: number, settled: boolean): Promise<ReadColumns<ImageColumns>> {
    const version = String(
      this.#db.prepare('SELECT version FROM image_version WHERE dataset_id = ?').pluck().get(datasetId) ?? 0,
    )
    const before = this.#images.get(datasetId)
    if (before && isFresh(before, version, settled)) return before
    const kept = this.#cache.images(datasetId, version)
    const read = await timed(version, async () => kept ?? (await readImages(this.#db, datasetId)))
    if (!kept && read.took >= worthKeeping) this.#cache.putImages(datasetId, version, read.columns)
    this.#images.set(datasetId, read)
    return read
  }

  async #factsOf(
    datasetId: number,
    images: ReadColumns<ImageColumns>,
    of: BrowseReferences['facts'][string] | undefined,
    settled: boolean,
  ): Promise<ReadColumns<FactColumns>> {
    if (!of || of.variantId === null || of.conditionId === null)
      return { version: '0', at: 0, took: 0, columns: emptyFacts(images.columns.n) }
    const version = `${images.version}/${factVersion(this.#db, of)}`
    const name = `${of.variantId}:${of.conditionId}`
    const key = `${datasetId} ${name}`
    const before = this.#facts.get(key)
    if (before && before.columns.n === images.columns.n && isFresh(before, version, settled)) return before
    const kept = this.#cache.facts(datasetId, name, version)
    const read = await timed(version, async () => kept ?? (await readFacts(this.#db, images.columns, of)))
    if (!kept && read.took >= worthKeeping) this.#cache.putFacts(datasetId, name, version, read.columns)
    this.#facts.set(key, read)
    return read
  }

  /** Version of the tags and notes; every change of them gives a new one. */
  #annotations(): number {
    return Number(this.#db.prepare('SELECT version FROM annotation_version').pluck().get() ?? 0)
  }
}

const isFresh = <T>({ version, at, took }: ReadColumns<T>, now: string, settled: boolean): boolean =>
  version === now || (!settled && took > worthKeeping && Date.now() - at < Math.max(atLeast, 10 * took))

async function timed<T>(version: string, read: () => Promise<T>): Promise<ReadColumns<T>> {
  const from = performance.now()
  const columns = await read()
  return { version, at: Date.now(), took: performance.now() - from, columns }
}

/** All facts that a filter refers to, with those of its subset. */
export function factsOf(filter: ImageFilter, known: BrowseReferences, depth = 0): FactOf[] {
  const { flips, disagreement, subsetId } = filter
  const inner = subsetId === undefined || depth > 8 ? null : known.subsets[subsetId]?.filter
  return [
    ...(
      ['outcomes', 'confidence', 'trueProbability', 'margin', 'trueMargin', 'rank', 'predicted'] as const
    ).flatMap((name) => (filter[name] ?? []).map(factOnly)),
    ...(flips ?? []).flatMap((of) => [ofUnchangedModel(of), factOnly(of)]),
    ...(disagreement?.modelIds ?? []).map((modelId) =>
      disagreement?.conditionId === undefined
        ? { modelId }
        : { modelId, conditionId: disagreement.conditionId },
    ),
    ...(inner ? factsOf(inner, known, depth + 1) : []),
  ]
}
