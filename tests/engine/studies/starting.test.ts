import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../temporary.ts'
import { sampleWorkspace } from './workspace.ts'

/** A workspace, and the input of a study that starts slowly, because it reads a large folder of masks. */
async function slowToStart() {
  const setting = await sampleWorkspace('replk3')
  const masks = join(setting.folder, 'masks')
  mkdirSync(masks)
  for (let at = 0; at < 3000; at++) writeFileSync(join(masks, `${at}.png`), '')
  const { modelIds, datasetId } = setting
  return {
    ...setting,
    input: { kind: 'salient-patch-drop', modelIds, datasetId, params: { source: 'masks', masks } },
  }
}

/** Models open for the first time, on a machine that may be busy. */
const patient = { timeout: 60_000 }

describe('a study that takes a while to start', patient, () => {
  it('is not stored if its model is removed meanwhile', async () => {
    const { client, input, modelIds } = await slowToStart()
    const started = client.studies.run(input)
    const refused = expect(started).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    await nextTurn()
    await client.models.remove({ id: modelIds[0] ?? 0 })
    await refused
    expect(await client.studies.list()).toEqual([])
  })

  it.each(['run', 'find'] as const)(
    'fails with an error if its workspace is closed meanwhile: %s',
    async (verb) => {
      const { client, input } = await slowToStart()
      const started = client.studies[verb](input)
      const refused = expect(started).rejects.toMatchObject({
        code: 'WORKSPACE_CLOSED',
        message: expect.stringContaining('was closed meanwhile') as string,
      })
      await nextTurn()
      await client.workspace.create({ path: join(temporaryFolder(), 'other') })
      await refused
      expect(await client.studies.list()).toEqual([])
    },
  )

  it('can be cancelled', async () => {
    const { client, input } = await slowToStart()
    const stop = new AbortController()
    const reason = new Error('called off')
    const started = client.studies.run(input, { signal: stop.signal })
    const refused = expect(started).rejects.toThrow('called off')
    await nextTurn()
    stop.abort(reason)
    await refused
    expect(await client.studies.list()).toEqual([])
  })
})

describe('the suite', patient, () => {
  it('is stored once if it is started twice at once', async () => {
    const { client, modelIds } = await sampleWorkspace('replk3')
    const input = { modelIds, preset: 'quick' as const }
    const [first, second] = await Promise.all([client.studies.suite(input), client.studies.suite(input)])
    expect(first.studies.length).toBeGreaterThan(1)
    expect(second.studies.map(({ id }) => id)).toEqual(first.studies.map(({ id }) => id))
    expect(await client.studies.list()).toHaveLength(first.studies.length)
  })
})

describe('a study that runs again', patient, () => {
  it('keeps its models if one of the new ones does not exist', async () => {
    const { client, modelIds, datasetId } = await sampleWorkspace('replk3')
    const { id } = await client.studies.run({ kind: 'clean-accuracy', params: {}, modelIds, datasetId })
    await expect(client.studies.rerun({ id, modelIds: [77] })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    })
    expect((await client.studies.get({ id })).modelIds).toEqual(modelIds)
  })
})
