import { cpSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { JobProgress } from '#shared/contract/index.ts'
import { parseDraws, serialiseDraws, toBitset, type Draws } from '#shared/transforms/index.ts'
import { openMaskFile, readMaskFile } from '#engine/studies/masks/maskFile.ts'
import { runStudy as runStudyHere } from '#engine/studies/run/study.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel, drawsOf } from './sample.ts'
import { freshWorkspace } from './workspace.ts'
import { imageChunks } from '#engine/facts/index.ts'

const frame = { patch: 16, height: 32, width: 64, byClass: false }
const [none, some, all] = [0, 3, 8].map((count) =>
  Uint8Array.from({ length: 8 }, (_, patch) => Number(patch < count)),
) as [Uint8Array, Uint8Array, Uint8Array]

function opened(before: Draws | null = null, byClass = false) {
  const path = join(temporaryFolder(), 'masks.sqlite')
  const file = openMaskFile(path, { ...frame, byClass }, before)
  onTestFinished(() => file.close())
  return { path, file }
}

const image = (digest: string, className = 'cat') => ({ digest, className })

describe('a file of masks', () => {
  it('reads the masks of an image, the images that lack one, and the share of dropped patches', () => {
    const { path, file } = opened()
    file.keep([
      { image: image('aa'), level: '10/0', mask: some },
      { image: image('aa'), level: '20/0', mask: all },
      { image: image('bb'), level: '10/0', mask: none },
    ])
    expect(file.of(image('aa'))).toEqual({
      ...{ format: 'kernelscope-draws', version: 1, patch: 16, height: 32, width: 64 },
      entries: { '10/0': { aa: toBitset(some) }, '20/0': { aa: toBitset(all) } },
    })
    const images = [image('aa'), image('bb'), image('cc')]
    expect(file.lacking(images, ['10/0']).map(({ digest }) => digest)).toEqual(['cc'])
    expect(file.lacking(images, ['10/0', '20/0']).map(({ digest }) => digest)).toEqual(['bb', 'cc'])
    expect(file.dropped(images.slice(1)).get('10/0')).toEqual({ masks: 1, share: 0 })
    expect(file.dropped(images).get('10/0')).toEqual({ masks: 2, share: 3 / 8 })
    const again = readMaskFile(path)
    expect(again?.of(image('bb')).entries).toEqual({ '10/0': { bb: toBitset(none) } })
    again?.close()
  })

  it('stores a mask for each class where masks depend on the class', () => {
    const { file } = opened(null, true)
    file.keep([{ image: image('aa', 'cat'), level: '10/0', mask: some }])
    file.keep([{ image: image('aa', 'dog'), level: '10/0', mask: all }])
    expect(file.of(image('aa', 'cat')).entries).toEqual({ '10/0': { aa: toBitset(some) } })
    expect(file.of(image('aa', 'dog')).entries).toEqual({ '10/0': { aa: toBitset(all) } })
    expect(file.lacking([image('aa', 'bird')], ['10/0'])).toHaveLength(1)
  })

  it('imports the masks of an earlier version, and counts as missing before it is complete', () => {
    const { patch, height, width } = frame
    const entries = { '10/0': { aa: toBitset(some) } }
    const { file } = opened({ format: 'kernelscope-draws', version: 1, patch, height, width, entries })
    expect(file.of(image('aa')).entries).toEqual(entries)
    expect(file.dropped([image('aa')]).get('10/0')).toEqual({ masks: 1, share: 3 / 8 })
    const empty = join(temporaryFolder(), 'empty.sqlite')
    expect(readMaskFile(empty)).toBeNull()
    expect(existsSync(empty)).toBe(false)
    writeFileSync(empty, '')
    expect(readMaskFile(empty)).toBeNull()
    openMaskFile(empty, frame, null).close()
    expect(existsSync(empty)).toBe(true)
  })
})

describe('salient masks', () => {
  async function setUp() {
    const { folder, engine, client } = await freshWorkspace()
    const images = sampleImages(folder, 1)
    const modelIds = [(await client.models.add({ path: sampleModel('replk3') })).id]
    return { engine, client, images, modelIds, draws: join(folder, 'workspace', 'draws') }
  }

  it('of a picture in two classes come from each class’s gradient', async () => {
    const { client, images, modelIds } = await setUp()
    const [file = ''] = readdirSync(join(images, 'cat'))
    cpSync(join(images, 'cat', file), join(images, 'dog', 'of-a-cat.png'))
    const datasetId = await addDataset(client, images)
    const params = { source: 'gradient', percents: [50], modes: ['salient'] }
    const { id, job } = await runStudy(client, { kind: 'salient-patch-drop', modelIds, datasetId, params })
    expect(job?.progress).toMatchObject({ failed: 0, done: 17 + 34 })
    const key = 'salient,percent=50'
    const { rows } = await client.studies.rows({ id, modelId: modelIds[0] ?? 0, key })
    const twins = rows.filter(
      ({ image: name }) => name.endsWith('of-a-cat.png') || name.endsWith(`cat/${file}`),
    )
    expect(twins).toHaveLength(2)
    expect(twins[0]?.confidence).not.toBe(twins[1]?.confidence)
  })

  it('are stored as they are made: a stopped run continues with the missing ones', async () => {
    const { engine, client, images, modelIds, draws } = await setUp()
    const datasetId = await addDataset(client, images)
    const params = { source: 'gradient', percents: [50], modes: ['salient'] }
    const { id, job } = await runStudy(client, { kind: 'salient-patch-drop', modelIds, datasetId, params })
    const [name = ''] = readdirSync(draws)
    rmSync(join(draws, name))
    const { workspace } = engine.session.open()
    const { pool, log } = engine.session
    const room = { workspace, pool, log, settings: engine.session.settings() }
    /** Runs the study until `calls` calls into native code were made. */
    const runUntil = async (calls: number): Promise<JobProgress[]> => {
      const stop = new AbortController()
      const told: JobProgress[] = []
      if (!job) throw new Error('the study has no job')
      await runStudyHere(room, id, {
        ...{ job, signal: stop.signal, crashes: 0 },
        enterNative: () => void (--calls === 0 && stop.abort()),
        report: (progress) => void told.push(progress),
      })
      return told
    }
    await runUntil(1)
    const file = readMaskFile(join(draws, name))
    const found = [...imageChunks(workspace.db, { datasetId, selectedFor: null }, 100)].flat()
    expect(file?.lacking(found, ['50/0'])).toHaveLength(8)
    file?.close()
    const told = await runUntil(Infinity)
    // Eight missing masks, sixteen unchanged images and sixteen under masks.
    expect(told.at(-1)).toMatchObject({ total: 8 + 32, done: 8 + 32, cacheHits: 32 })
  })

  it('are used where an earlier version stored them as one text', async () => {
    const { client, images, modelIds, draws } = await setUp()
    const datasetId = await addDataset(client, images)
    const params = { source: 'gradient', percents: [50], modes: ['salient'] }
    const input = { kind: 'salient-patch-drop', modelIds, datasetId, params }
    const { id } = await runStudy(client, input)
    const json = await drawsOf(client, id)
    const [name = ''] = readdirSync(draws)
    renameSync(join(draws, name), join(draws, 'aside'))
    writeFileSync(join(draws, name.replace('.sqlite', '.json')), serialiseDraws(parseDraws(json)))
    expect(await drawsOf(client, id)).toBe(json)
  })
})
