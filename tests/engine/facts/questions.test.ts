import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '#engine/api/index.ts'
import {
  byConfidence,
  cellCounts,
  classCounts,
  confusionCounts,
  conditionsMeasured,
  countFacts,
  discordance,
  evidencePages,
  failedImages,
  type FactRange,
  flips,
  type ImageSource,
  measuredImages,
  mostConfident,
  outcomePages,
  outcomesOf,
  pairCounts,
  predictionFinder,
  verdictsOf,
  exampleFacts,
} from '#engine/facts/index.ts'
import { addFunctions } from '#engine/workspace/functions.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../studies/sample.ts'
import { changeFacts } from '../../factRows.ts'

/** A fact of the workspace, as a plain SQL query reads it. */
interface Fact {
  variant: number
  condition: number
  image: number
  example: number
  name: string
  class: string
  digest: string
  correct: number | null
  predicted: number
  confidence: number
  rank: number | null
}

let folder: string
let db: Database.Database
let facts: Fact[]
let sources: [string, ImageSource, (fact: Fact) => boolean][]
let variants: number[]
let conditions: number[]

/** Measures two models under two conditions, on all images and on a selection with one image per class. */
async function prepare() {
  const engine = await createEngine()
  try {
    const { client } = engine
    await client.workspace.create({ path: join(folder, 'workspace') })
    const datasetId = await addDataset(client, sampleImages(folder, 3))
    const modelIds: number[] = []
    for (const name of ['replk3', 'resnet'])
      modelIds.push((await client.models.add({ path: sampleModel(name) })).id)
    const study = {
      kind: 'random-patch-drop',
      params: { percents: [0, 70], repeats: 1 },
      modelIds,
      datasetId,
    }
    await runStudy(client, study)
    const { id } = await runStudy(client, { ...study, sample: { perClass: 1, seed: 3 } })
    return { datasetId, selected: id }
  } finally {
    await engine.close()
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  const { datasetId, selected } = await prepare()
  db = new Database(join(folder, 'workspace', 'workspace.sqlite'))
  addFunctions(db)
  // Some predictions are neither right nor wrong, and some images have a failure in place of a fact.
  changeFacts(db, 'UPDATE fact SET correct = NULL WHERE example_id % 7 = 0')
  db.exec(`INSERT INTO failure SELECT variant_id, condition_id, example_id, '{"code":"IMAGE_UNREADABLE","message":"' || example_id || '","hint":"","details":""}'
      FROM fact WHERE example_id % 5 = 0`)
  changeFacts(db, 'DELETE FROM fact WHERE example_id % 5 = 0')
  facts = db
    .prepare<[], Fact>(
      `SELECT p.variant_id AS variant, p.condition_id AS condition, i.id AS image, i.example_id AS example, i.name,
         s.class, lower(hex(s.digest)) AS digest, p.correct, p.predicted, p.confidence, p.true_rank AS rank
       FROM fact p, image i, example s WHERE i.example_id = p.example_id AND s.id = i.example_id ORDER BY i.id`,
    )
    .all()
  variants = [...new Set(facts.map(({ variant }) => variant))]
  conditions = [...new Set(facts.map(({ condition }) => condition))]
  const chosen = new Set(
    db.prepare('SELECT image_id FROM study_image WHERE study_id = ?').pluck().all(selected),
  )
  const all = { datasetId, selectedFor: null }
  sources = [
    ['all images', all, () => true],
    ['a selection', { datasetId, selectedFor: selected }, ({ image }) => chosen.has(image)],
    ['two classes', { ...all, classes: ['cat', 'dog'] }, (fact) => ['cat', 'dog'].includes(fact.class)],
  ]
}, 120_000)
afterAll(() => {
  db.close()
  rmSync(folder, { recursive: true, force: true })
})

const at = (numbers: number[], place: number) => numbers[place] ?? -1
const factsOf = (variant: number, condition: number) => ({
  variantId: at(variants, variant),
  conditionId: at(conditions, condition),
})
const everywhere = { from: 0, to: Number.MAX_SAFE_INTEGER }
/** The ids from the second to the second last image. */
const middle = () => ({ from: (facts[0]?.image ?? 0) + 1, to: (facts.at(-1)?.image ?? 0) - 1 })

/** Filters the facts of a source's images in a range, in order of image. */
const plain = ({ variantId, conditionId, from, to }: FactRange, isIn: (fact: Fact) => boolean) =>
  facts.filter(
    (fact) =>
      fact.variant === variantId &&
      fact.condition === conditionId &&
      fact.image >= from &&
      fact.image <= to &&
      isIn(fact),
  )
const count = (rows: Fact[], test: (fact: Fact) => boolean) => rows.filter(test).length

describe.each(['all images', 'a selection', 'two classes'])('facts of %s', (name) => {
  const found = () => {
    const entry = sources.find(([title]) => title === name)
    if (!entry) throw new Error(name)
    return { source: entry[1], isIn: entry[2] }
  }
  const ranges = () =>
    [factsOf(0, 0), factsOf(1, 1)].flatMap((of) => [
      { ...of, ...everywhere },
      { ...of, ...middle() },
    ])

  it('have the same counts as when counted one by one', () => {
    const { source, isIn } = found()
    const failures = db.prepare<[number, number, number, number], number>(
      'SELECT i.id FROM failure f, image i WHERE f.variant_id = ? AND f.condition_id = ? AND i.example_id = f.example_id AND i.id BETWEEN ? AND ? ORDER BY i.id',
    )
    for (const range of ranges()) {
      const rows = plain(range, isIn)
      expect(rows.length).toBeGreaterThan(2)
      expect(countFacts(db, source)(range)).toBe(rows.length)
      expect(cellCounts(db, source)(range)).toMatchObject({
        measured: rows.length,
        n: count(rows, ({ correct }) => correct !== null),
        correct: count(rows, ({ correct }) => correct === 1),
        correct5: count(rows, ({ rank }) => rank !== null && rank <= 5),
      })
      const failed = [...failedImages(db, source)(range)]
      expect(failed).toHaveLength(cellCounts(db, source)(range).failed)
      if (name === 'all images')
        expect(failed.map(({ imageId }) => imageId)).toEqual(
          failures.pluck().all(range.variantId, range.conditionId, range.from, range.to),
        )
      for (const { problem } of failed) expect(Number(problem.message) % 5).toBe(0)
      const classes = [...classCounts(db, source)(range)]
      const classified = rows.filter(({ correct }) => correct !== null)
      expect(new Set(classes.map(({ name }) => name))).toEqual(new Set(classified.map((fact) => fact.class)))
      for (const one of classes) {
        const own = classified.filter((fact) => fact.class === one.name)
        expect([one.n, one.correct]).toEqual([own.length, count(own, ({ correct }) => correct === 1)])
      }
      const cells = [...confusionCounts(db, source)(range)]
      const cellOf = (fact: Fact) => JSON.stringify([fact.class, fact.predicted])
      expect(cells).toHaveLength(new Set(rows.map(cellOf)).size)
      for (const { truth, predicted, n } of cells)
        expect(count(rows, (fact) => fact.class === truth && fact.predicted === predicted)).toBe(n)
    }
  })

  it('are paired by image', () => {
    const { source, isIn } = found()
    for (const [now, before] of [
      [factsOf(0, 1), factsOf(0, 0)],
      [factsOf(1, 0), factsOf(0, 0)],
    ] as const)
      for (const range of [everywhere, middle()]) {
        const earlier = new Map(plain({ ...before, ...range }, isIn).map((fact) => [fact.image, fact]))
        const pairs = plain({ ...now, ...range }, isIn).flatMap((fact) => {
          const was = earlier.get(fact.image)
          return was ? [{ image: fact.image, was: was.correct, is: fact.correct }] : []
        })
        const pairsOf = (was: number, is: number) => pairs.filter((one) => one.was === was && one.is === is)
        const [lost, gained] = [pairsOf(1, 0), pairsOf(0, 1)]
        expect(pairCounts(db, source)({ ...now, ...range }, before)).toEqual({
          both: pairsOf(1, 1).length,
          first: lost.length,
          second: gained.length,
          neither: pairsOf(0, 0).length,
        })
        expect(discordance(db, source)({ ...now, ...range }, before)).toEqual({
          n: pairs.filter(({ was, is }) => was !== null && is !== null).length,
          onlyA: gained.length,
          onlyB: lost.length,
        })
        const ids = (rows: typeof pairs) => rows.map(({ image }) => image).sort((a, b) => a - b)
        for (const [flip, rows] of [
          ['lost', lost],
          ['gained', gained],
          ['both', [...lost, ...gained]],
          [null, pairs],
        ] as const) {
          const asked = flips(db, source, flip)
          expect(asked.count({ ...now, ...range }, before)).toBe(rows.length)
          const [first] = ids([...rows])
          expect(asked.list({ ...now, ...range }, before, null, 1000)).toEqual(ids([...rows]))
          if (first !== undefined)
            expect(asked.list({ ...now, ...range }, before, first, 2)).toEqual(ids([...rows]).slice(1, 3))
        }
      }
  })

  it('are the same page by page as in one list', () => {
    const { source, isIn } = found()
    const of = factsOf(1, 1)
    for (const range of ranges()) {
      const rows = plain(range, isIn)
      const all = measuredImages(db, source, range, null, 1000)
      expect(all.map(({ imageId, name, prediction }) => [imageId, name, prediction.predicted])).toEqual(
        rows.map(({ image, name, predicted }) => [image, name, predicted]),
      )
      const pages: number[] = []
      for (let after: number | null = null, left = true; left;) {
        const page = measuredImages(db, source, range, after, 2)
        pages.push(...page.map(({ imageId }) => imageId))
        after = page.at(-1)?.imageId ?? null
        left = page.length === 2
      }
      expect(pages).toEqual(rows.map(({ image }) => image))
      const evidence = [...evidencePages(db, source, range)].flat()
      expect(evidence.map(({ image, className }) => `${image} ${className}`).sort()).toEqual(
        [...new Set(rows.map((fact) => `${fact.digest} ${fact.class}`))].sort(),
      )
    }
    const rows = plain({ ...of, ...everywhere }, isIn)
    const verdict = (correct: number | null) => (correct === null ? null : correct === 1)
    expect(outcomesOf(db, source, of).map(({ imageId, correct }) => [imageId, correct])).toEqual(
      rows.map(({ image, correct }) => [image, verdict(correct)]),
    )
    expect([...outcomePages(db, source, of)].flat()).toEqual(outcomesOf(db, source, of))
    const ordered = (sign: number, test: (fact: Fact) => boolean = () => true) =>
      rows
        .filter(test)
        .sort((a, b) => sign * (a.confidence - b.confidence) || a.image - b.image)
        .map(({ image }) => image)
    for (const [order, wanted] of [
      ['mostConfident', ordered(-1)],
      ['leastConfident', ordered(1)],
      ['mistakes', ordered(-1, ({ correct }) => correct === 0)],
    ] as const) {
      const start = byConfidence(db, source, of, order, null, 3)
      expect(start).toEqual({ ids: wanted.slice(0, 3), total: wanted.length })
      const rest = byConfidence(db, source, of, order, start.ids.at(-1) ?? 0, 1000)
      if (start.ids.length > 0) expect(rest.ids).toEqual(wanted.slice(3))
    }
  })

  it('are empty for a variant or condition that was never stored', () => {
    const { source } = found()
    for (const of of [
      { ...factsOf(0, 0), conditionId: null },
      { ...factsOf(0, 0), variantId: null },
    ]) {
      const range = { ...of, ...everywhere }
      const none = { measured: 0, n: 0, correct: 0, correct5: 0, failed: 0 }
      expect(cellCounts(db, source)(range)).toEqual(none)
      expect(flips(db, source, null).count({ ...factsOf(0, 0), ...everywhere }, of)).toBe(0)
      expect(measuredImages(db, source, range, null, 10)).toEqual([])
      expect(outcomesOf(db, source, of)).toEqual([])
      expect(predictionFinder(db)(of, facts[0]?.example ?? 0)).toBeNull()
    }
  })
})

it('facts of examples are those of a range of examples', () => {
  const of = factsOf(0, 1)
  const wanted = db
    .prepare('SELECT example_id FROM fact WHERE variant_id = ? AND condition_id = ? ORDER BY 1')
    .pluck()
    .all(of.variantId, of.conditionId)
  const found = (first: number, last: number) =>
    [...exampleFacts(db, of, { first, last })]
      .flat()
      .map(([example]) => example)
      .sort((a, b) => a - b)
  expect(found(1, 10_000)).toEqual(wanted)
  expect(found(Number(wanted[1]), Number(wanted[3]))).toEqual(wanted.slice(1, 4))
})

it('the measured conditions of a variant are those of its facts', () => {
  const datasetId = Number(db.prepare('SELECT min(id) FROM dataset').pluck().get())
  for (const variant of variants)
    expect(conditionsMeasured(db, datasetId)(variant).sort()).toEqual(conditions.toSorted())
  expect(conditionsMeasured(db, datasetId)(99_999)).toEqual([])
  expect(conditionsMeasured(db, 99_999)(at(variants, 0))).toEqual([])
})

it('a prediction that is not as it was stored is refused where it is read row by row', () => {
  const [{ example, variant, condition } = { example: 0, variant: 0, condition: 0 }] = facts
  const [[, source] = ['', { datasetId: 0, selectedFor: null }]] = sources
  const of = { variantId: variant, conditionId: condition }
  const range = { ...of, from: 0, to: Number.MAX_SAFE_INTEGER }
  const reads = (own: Database.Database) => [
    () => predictionFinder(own)(of, example),
    () => measuredImages(own, source, range, null, 1000),
    () => [...evidencePages(own, source, range)],
  ]
  for (const read of reads(db)) expect(read).not.toThrow()
  const key = 'WHERE variant_id = ? AND condition_id = ?'
  const packed = db.prepare(`SELECT packed FROM prediction ${key}`).pluck().get(variant, condition)
  db.prepare(
    `UPDATE prediction SET packed = CAST(substr(packed, 1, length(packed) - 1) || x'00' AS BLOB) ${key}`,
  ).run(variant, condition)
  const refused = { code: 'WORKSPACE_CORRUPT', hint: expect.stringContaining('workspace verify --heal') }
  const other = new Database(db.name)
  for (const read of reads(other)) expect(read).toThrow(expect.objectContaining(refused))
  other.close()
  db.prepare(`UPDATE prediction SET packed = ? ${key}`).run(packed, variant, condition)
})

it('the most confident mistakes, and which images are right, are those of all facts put in order', () => {
  for (const [, source, has] of sources)
    for (const variantId of variants)
      for (const conditionId of conditions) {
        const of = { variantId, conditionId }
        const own = facts.filter(
          (fact) => fact.variant === variantId && fact.condition === conditionId && has(fact),
        )
        const judged = own.filter(({ correct }) => correct !== null)
        expect([...verdictsOf(db, source, of).ids]).toEqual(judged.map(({ image }) => image))
        expect([...verdictsOf(db, source, of).right]).toEqual(
          judged.map(({ correct }) => Number(correct === 1)),
        )
        for (const which of ['wrong', 'unknown'] as const)
          for (const limit of [1, 3, 100]) {
            const found = own
              .filter(({ correct }) => correct === (which === 'wrong' ? 0 : null))
              .sort((a, b) => b.confidence - a.confidence || a.image - b.image)
              .slice(0, limit)
            expect(mostConfident(db, source, of, which, limit).map(({ imageId }) => imageId)).toEqual(
              found.map(({ image }) => image),
            )
          }
      }
})
