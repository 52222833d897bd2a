import { readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { makeBundle } from '#engine/bundles/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../studies/sample.ts'
import { bundleOf } from './forge.ts'
import { changeFacts } from '../../factRows.ts'

let engine: Engine
let studyId: number
let bundle: string
const folder = temporaryFolderOfFile()

beforeAll(async () => {
  engine = await createEngine()
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(client, sampleImages(folder, 1))
  const { id } = await client.models.add({ path: sampleModel('replk3') })
  const params = { percents: [0], repeats: 1 }
  const study = { kind: 'random-patch-drop', params, modelIds: [id], datasetId }
  studyId = (await runStudy(client, study)).id
  bundle = await bundleOf(engine, studyId, join(folder, 'whole.zip'))
})
afterAll(() => engine.close())

/** Reads progress until a part begins, then leaves. Returns the parts that were told; without a part, all of them. */
async function told(events: AsyncIterable<{ type: string; note?: string }>, until?: string) {
  const notes = new Set<string>()
  for await (const { note } of events) {
    if (note !== undefined) notes.add(note)
    if (note === until && until !== undefined) break
  }
  return [...notes]
}
const parts = [
  'Gathering facts',
  'Reading facts back',
  'Writing results and facts',
  'Drawing figures',
  'Packing',
]
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.includes(`-${process.pid}-`))

describe('work on a bundle', () => {
  it('tells its parts, and leaves nothing where the reader leaves', async () => {
    const path = join(folder, 'stopped.zip')
    const making = () => engine.client.bundles.make({ studyId, path })
    expect(await told(await making())).toEqual(expect.arrayContaining(parts))
    rmSync(path)
    const before = [leftovers(), readdirSync(folder)]
    await told(await making(), 'Writing results and facts')
    expect([leftovers(), readdirSync(folder)]).toEqual(before)
    const checking = () => engine.client.bundles.verify({ path: bundle })
    expect(await told(await checking())).toEqual(
      expect.arrayContaining(['Comparing digests', 'Reading facts', 'Computing again: RepLK-3']),
    )
    await told(await checking(), 'Reading facts')
    expect([leftovers(), readdirSync(folder)]).toEqual(before)
  })

  it.each(parts)('ends in the part in which it is stopped: %s', async (part) => {
    const path = join(folder, 'stopped.zip')
    const before = [leftovers(), readdirSync(folder)]
    const stop = new AbortController()
    const seen: string[] = []
    const onProgress = (_: number, __: number, ___: string, note: string) => {
      seen.push(note)
      if (note === part) stop.abort(new KernelscopeError('CANCELLED', 'stopped'))
    }
    const { session } = engine
    const making = makeBundle(session.open().workspace, session.press, studyId, path, {
      signal: stop.signal,
      onProgress,
    })
    await expect(making).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(seen.at(-1)).toBe(part)
    expect([leftovers(), readdirSync(folder)]).toEqual(before)
  })
})

it('refuses a study of which nothing was measured', async () => {
  changeFacts(engine.session.db, 'DELETE FROM fact')
  await expect(bundleOf(engine, studyId, join(folder, 'empty.zip'))).rejects.toMatchObject({
    code: 'STUDY_PARAMS',
    message: expect.stringContaining('nothing of'),
  })
})
