import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { imagenetC19 } from '#shared/transforms/index.ts'
import { noRewrite } from '#shared/rewrites.ts'
import type { StudyInput } from '#shared/contract/index.ts'
import { createEngine } from '#engine/api/index.ts'
import { internVariant, settingOf, variantKey } from '#engine/facts/index.ts'
import { insertStudy, settledStudy } from '#engine/studies/index.ts'
import { planRun } from '#engine/studies/store/plan.ts'
import { FactBatch, factWriter, type Db } from '#engine/workspace/index.ts'
import { generator } from '#shared/random.ts'

const models = ['replk3', 'resnet']
const sample = join(import.meta.dirname, '../resources/sample')

/** What `fill` has stored. */
export interface Filled {
  modelIds: number[]
  /** The dataset with files. */
  smallId: number
  /** The dataset with facts, whose files do not exist. */
  largeId: number
  /** A study over the large dataset with all its facts. */
  studyId: number
  input: StudyInput
  facts: number
}

/**
 * Makes a workspace with two models of the sample, its validation images, and a dataset of `images` rows without files
 * that has every fact of an ImageNet-C study: 96 conditions by two models. A quarter of the facts is wrong.
 *
 * @param published the images are of the published files: each corruption and severity has a part of them
 */
export async function fill(folder: string, images: number, published = false): Promise<Filled> {
  const engine = await createEngine()
  try {
    const { client } = engine
    await client.workspace.create({ path: folder })
    const modelIds: number[] = []
    for (const name of models)
      modelIds.push((await client.models.add({ path: join(sample, 'models', `${name}.onnx`) })).id)
    const { dataset, jobId } = await client.datasets.add({
      path: join(sample, 'suites', 'val'),
      title: 'Small',
    })
    for await (const job of await client.jobs.watch()) if (job.id === jobId && job.state === 'done') break
    const { db } = engine.session.open().workspace
    const parts = published
      ? imagenetC19.flatMap((name) => [1, 2, 3, 4, 5].map((severity) => `${name}/${severity}`))
      : [null]
    const largeId = addRows(db, images, dataset.id, parts)
    const input: StudyInput = { kind: 'imagenet-c', params: {}, modelIds, datasetId: largeId, sample: null }
    const { id: studyId } = insertStudy(db, await settledStudy(db, input))
    return { modelIds, smallId: dataset.id, largeId, studyId, input, facts: addFacts(db, studyId) }
  } finally {
    await engine.close()
  }
}

/** Adds a dataset with the classes of another one. Its images are 96 px wide and read; their files do not exist. */
function addRows(db: Db, images: number, like: number, parts: readonly (string | null)[]): number {
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO dataset (title, path, layout, recognised, report, state, added_at)
       SELECT 'Large', '/nowhere', layout, recognised, report, state, added_at FROM dataset WHERE id = ?`,
    )
    .run(like)
  const id = Number(lastInsertRowid)
  const names = db
    .prepare<[number], string>('SELECT name FROM class WHERE dataset_id = ? ORDER BY idx')
    .pluck()
    .all(like)
  const addClass = db.prepare('INSERT INTO class (dataset_id, idx, name, images) VALUES (?, ?, ?, ?)')
  const addExample = db.prepare('INSERT INTO example (digest, class) VALUES (?, ?)')
  const addImage = db.prepare(
    `INSERT INTO image (dataset_id, name, class_idx, part, example_id, bytes, mtime, width, height, generation)
     VALUES (?, ?, ?, ?, ?, 20000, 0, 96, 96, 1)`,
  )
  const inPart = Math.ceil(images / parts.length)
  db.transaction(() => {
    for (const [index, name] of names.entries())
      addClass.run(id, index, name, Math.ceil(images / names.length))
    for (const part of parts)
      for (let at = 0; at < inPart; at++) {
        const index = Math.floor((at * names.length) / inPart)
        const name = names[index] ?? ''
        const digest = createHash('sha256')
          .update(`large ${part ?? ''} ${at}`)
          .digest()
        const path = `${part === null ? '' : `${part}/`}${name}/${at}.png`
        addImage.run(id, path, index, part, addExample.run(digest, name).lastInsertRowid)
      }
    if (parts.length === 1) return
    const listed = parts.map((name) => ({ name, images: inPart }))
    db.prepare('UPDATE dataset SET parts = ? WHERE id = ?').run(JSON.stringify(listed), id)
  })()
  return id
}

/** Five classes, the first one with its confidence and the others with shares of the rest. */
function likeliest(first: number, confidence: number) {
  const places = [0, 1, 2, 3, 4]
  return {
    count: places.length,
    from: 0,
    classes: places.map((place) => (first + place) % 16),
    probabilities: places.map((place) =>
      Math.fround(place === 0 ? confidence : (1 - confidence) / (place + 2)),
    ),
  }
}

/** Stores a fact for every cell of a study: a quarter is wrong, with any confidence. Returns their number. */
function addFacts(db: Db, studyId: number): number {
  const examples = db
    .prepare<[number, string | null], [id: number, classIndex: number]>(
      'SELECT example_id, class_idx FROM image WHERE dataset_id = ? AND part IS ? ORDER BY id',
    )
    .raw()
  const random = generator('filled')
  const write = db.transaction(factWriter(db))
  const batch = new FactBatch()
  let facts = 0
  const store = () => {
    facts += write(batch).length
    batch.clear()
  }
  for (const { model, conditions } of planRun(db, studyId).models)
    for (const stored of conditions) {
      const key = variantKey(model, 'cpu', stored.condition.rewrite ?? noRewrite, settingOf(stored))
      const variantId = internVariant(db, key).id
      for (const { conditionId } of stored.parts)
        for (const [exampleId, classIndex] of examples.all(
          stored.source.datasetId,
          stored.source.part ?? null,
        )) {
          const [isRight, u] = [random.integer(4) > 0, random.uniform()]
          // A prediction that a model could have made: the likeliest come first, and the true class second where it is not first.
          const confidence = isRight ? 1 - 0.75 * u * u : 0.25 + 0.75 * u * u
          const predicted = (classIndex + (isRight ? 0 : 15)) % 16
          batch.add(
            { variantId, conditionId, exampleId },
            {
              predicted,
              correct: Number(isRight),
              trueRank: isRight ? 1 : 2,
              confidence,
              trueProbability: isRight ? confidence : (1 - confidence) / 3,
              trueLogit: Math.fround(8 * u),
              ...likeliest(predicted, confidence),
            },
          )
          if (batch.length === 2 ** 14) store()
        }
    }
  store()
  return facts
}
