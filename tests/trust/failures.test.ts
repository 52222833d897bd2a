import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { factRestorer } from '#engine/facts/index.ts'
import { KernelscopeError, type ErrorCode } from '#shared/errors.ts'
import { bundleOf, verify } from '../engine/bundles/forge.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../engine/studies/sample.ts'
import { temporaryFolderOfFile } from '../temporary.ts'
import { changeFacts, factRows } from '../factRows.ts'

/** Fifteen whole images and one that is cut off after its header. */
let engine: Engine
let studyId: number
let honest: string
const folder = temporaryFolderOfFile()

beforeAll(async () => {
  engine = await createEngine()
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  const images = sampleImages(folder, 1)
  const [first = ''] = readdirSync(images).sort()
  const cut = join(images, first, readdirSync(join(images, first))[0] ?? '')
  const bytes = readFileSync(cut)
  writeFileSync(cut, bytes.subarray(0, bytes.length >> 1))
  const datasetId = await addDataset(client, images)
  const { id } = await client.models.add({ path: sampleModel('replk3') })
  studyId = (await runStudy(client, { kind: 'clean-accuracy', datasetId, modelIds: [id] })).id
  honest = await bundleOf(engine, studyId, join(folder, 'honest.zip'))
})
afterAll(() => engine.close())

const failuresOf = ({ parts }: Awaited<ReturnType<typeof verify>>) =>
  parts.find(({ part }) => part === 'failures.csv')

/** A bundle in which the next image that has an answer is said to have failed; all its numbers follow from that. */
async function withoutAnswer(code: ErrorCode): Promise<string> {
  const { db } = engine.session.open().workspace
  type Key = { variant_id: number; condition_id: number; example_id: number }
  const key = factRows(db)
    .prepare<[], Key>('SELECT variant_id, condition_id, example_id FROM fact LIMIT 1')
    .get()
  if (!key) throw new Error('no prediction is left')
  const at = { variantId: key.variant_id, conditionId: key.condition_id, exampleId: key.example_id }
  changeFacts(
    db,
    'DELETE FROM fact WHERE variant_id = ? AND condition_id = ? AND example_id = ?',
    ...Object.values(at),
  )
  factRestorer(db).failure(at, new KernelscopeError(code, 'it cannot be decoded').toShape())
  return bundleOf(engine, studyId, join(folder, `${code}.zip`))
}

it('an image that could not be measured fails again, so that a bundle with failures agrees', async () => {
  const verdict = await verify(engine, honest)
  expect(failuresOf(verdict)).toMatchObject({ how: 'recomputed', detail: '1 of 1 tried again' })
  expect(verdict.verdict).toBe('agrees')
})

it('where the image is not at hand, its failure is only read', async () => {
  const bare = await createEngine()
  try {
    const verdict = await verify(bare, honest)
    expect(failuresOf(verdict)).toMatchObject({
      how: 'read',
      detail: '1 not tried again: the image is not at hand',
    })
    expect(verdict.verdict).toBe('partly')
  } finally {
    await bare.close()
  }
})

it('a cause that does not lie in the image is only read', async () => {
  const verdict = await verify(engine, await withoutAnswer('FILE_MISSING'))
  expect(failuresOf(verdict)).toMatchObject({
    how: 'read',
    detail: '1 of FILE_MISSING, which does not follow from the image',
  })
  expect(verdict.verdict).toBe('partly')
})

it('an answer that is passed off as a failure is found', async () => {
  const verdict = await verify(engine, await withoutAnswer('IMAGE_UNREADABLE'))
  expect(failuresOf(verdict)).toMatchObject({
    how: 'differs',
    differences: [{ stored: 'IMAGE_UNREADABLE', found: 'an answer: the image can be read' }],
  })
  expect(verdict.verdict).toBe('disagrees')
})
