import type { Db, StoredFact } from '../../workspace/index.ts'
import { exampleFacts, type FactsOf } from '../../facts/index.ts'
import { correct, emptyFacts, unjudged, wrong, type FactColumns, type ImageColumns } from './columns.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/** Rows read at a time. Other requests can run in between. */
const chunk = 4000

type ImageRow = [
  id: number,
  example: number | null,
  classIndex: number | null,
  part: string | null,
  bytes: number,
  width: number,
  height: number,
  code: string | null,
]

/** Numbers texts from 1 in the order in which they first occur; null is 0. */
function numbered() {
  const places = new Map<string, number>()
  return {
    names: () => ['', ...places.keys()],
    of(name: string | null): number {
      if (name === null) return 0
      const known = places.get(name)
      if (known !== undefined) return known
      places.set(name, places.size + 1)
      return places.size
    },
  }
}

/** Reads the columns of all images of a dataset, in the order of ids. */
export async function readImages(db: Db, datasetId: number): Promise<ImageColumns> {
  const { total, before } = db
    .prepare<[number], { total: number; before: number }>(
      'SELECT count(*) AS total, coalesce(min(id), 1) - 1 AS before FROM image WHERE dataset_id = ?',
    )
    .get(datasetId) ?? { total: 0, before: 0 }
  // NOT INDEXED reads along the table. With the index of classes SQLite would sort all images for every page.
  const select = db
    .prepare<[number, number, number], ImageRow>(
      `SELECT id, example_id, class_idx, part, bytes, width, height, json_extract(problem, '$.code') FROM image NOT INDEXED
       WHERE dataset_id = ? AND id > ? ORDER BY id LIMIT ?`,
    )
    .raw()
  const columns = allocate(total)
  const [parts, problems] = [numbered(), numbered()]
  let at = 0
  for (let after = before; at < total; await nextTurn()) {
    const rows = select.all(datasetId, after, Math.min(chunk, total - at))
    if (rows.length === 0) break
    for (const [id, example, classIndex, part, bytes, width, height, code] of rows) {
      columns.id[at] = after = id
      columns.example[at] = example ?? 0
      columns.classIndex[at] = classIndex ?? -1
      columns.part[at] = parts.of(part)
      columns.bytes[at] = Math.min(bytes, 0xffffffff)
      columns.width[at] = width
      columns.height[at] = height
      columns.problem[at] = problems.of(code)
      at++
    }
  }
  return {
    ...(at < total ? shortened(columns, at) : columns),
    parts: parts.names(),
    problems: problems.names(),
  }
}

const allocate = (n: number) => ({
  n,
  id: new Uint32Array(n),
  example: new Uint32Array(n),
  classIndex: new Int32Array(n),
  part: new Uint16Array(n),
  bytes: new Uint32Array(n),
  width: new Uint32Array(n),
  height: new Uint32Array(n),
  problem: new Uint8Array(n),
})

/** Shortens the columns, because images may be deleted while they are read. */
const shortened = (columns: ReturnType<typeof allocate>, n: number) => ({
  n,
  id: columns.id.slice(0, n),
  example: columns.example.slice(0, n),
  classIndex: columns.classIndex.slice(0, n),
  part: columns.part.slice(0, n),
  bytes: columns.bytes.slice(0, n),
  width: columns.width.slice(0, n),
  height: columns.height.slice(0, n),
  problem: columns.problem.slice(0, n),
})

/** Reads the facts of a variant under a condition, one value per image. */
export async function readFacts(db: Db, images: ImageColumns, of: FactsOf): Promise<FactColumns> {
  const facts = emptyFacts(images.n)
  const places = placesByExample(images)
  if (places === null) return facts
  let read = 0
  for (const rows of exampleFacts(db, of, places)) {
    for (const [example, fact] of rows)
      for (let at = places.head(example); at >= 0; at = places.next(at)) put(facts, at, fact)
    read += rows.length
    if (read < chunk) continue
    read = 0
    await nextTurn()
  }
  return facts
}

function put(facts: FactColumns, at: number, fact: StoredFact): void {
  facts.measured++
  facts.state[at] = fact.correct === null ? unjudged : fact.correct === 1 ? correct : wrong
  facts.predicted[at] = fact.predicted
  facts.rank[at] = Math.min(fact.trueRank ?? 0, 0xffff)
  facts.confidence[at] = fact.confidence
  facts.second[at] = fact.count < 2 ? -1 : (fact.probabilities[fact.from + 1] ?? -1)
  facts.trueProbability[at] = fact.trueProbability ?? -1
}

/** Positions of the images of each example. Copies of a file are one example. */
function placesByExample({ n, example }: ImageColumns) {
  let [first, last] = [Infinity, 0]
  for (let at = 0; at < n; at++) {
    const own = example[at] ?? 0
    if (own === 0) continue
    if (own < first) first = own
    if (own > last) last = own
  }
  if (last === 0) return null
  const heads = new Int32Array(last - first + 1).fill(-1)
  const nexts = new Int32Array(n).fill(-1)
  for (let at = n - 1; at >= 0; at--) {
    const own = example[at] ?? 0
    if (own === 0) continue
    nexts[at] = heads[own - first] ?? -1
    heads[own - first] = at
  }
  return {
    first,
    last,
    head: (own: number) => heads[own - first] ?? -1,
    next: (at: number) => nexts[at] ?? -1,
  }
}
