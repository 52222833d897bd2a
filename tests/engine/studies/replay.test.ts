import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { masksOf, parseDraws } from '#shared/transforms/index.ts'
import { openDraws } from '#engine/studies/masks/draws.ts'
import { importDraws } from '#engine/studies/reproduce/importDraws.ts'
import { drawsOf, jobEnd, runStudy } from './sample.ts'
import { freshWorkspace, sampleWorkspace } from './workspace.ts'

const inputs = { percents: [50, 75], repeats: 2 }

async function exported(params: Record<string, unknown>) {
  const { client, engine, folder, datasetId, modelIds } = await sampleWorkspace('replk3')
  const run = (own: Record<string, unknown>) =>
    runStudy(client, { kind: 'random-patch-drop', modelIds, datasetId, params: { ...inputs, ...own } })
  const first = await run(params)
  const path = join(folder, 'draws.json')
  const text = await drawsOf(client, first.id)
  writeFileSync(path, text)
  return { client, workspace: engine.session.open().workspace, path, text, run, first }
}

it('draws that do not fit are refused by name before anything runs', async () => {
  const { client, engine, folder, datasetId, modelIds } = await sampleWorkspace('replk3')
  const input = (own: Record<string, unknown>) => ({
    kind: 'random-patch-drop',
    modelIds,
    datasetId,
    params: { percents: [50], repeats: 1, ...own },
  })
  const { id } = await runStudy(client, input({ patch: 48 }))
  const path = join(folder, 'draws.json')
  const text = await drawsOf(client, id)
  const { workspace } = engine.session.open()
  const importing = (content: string, held: number) => {
    writeFileSync(path, content)
    return importDraws(workspace, path, held)
  }
  const others = text.replaceAll(/"([0-9a-f]{63})[0-9a-f]"/g, '"$1x"')
  for (const held of [0, 2 ** 20]) {
    const { digest: own } = await importing(`${text}${' '.repeat(held > 0 ? 1 : 0)}`, held)
    for (const ask of [client.studies.run, client.studies.cost, client.studies.find])
      await expect(ask(input({ patch: 16, draws: own }))).rejects.toMatchObject({
        data: {
          code: 'STUDY_PARAMS',
          message: 'invalid draws: the masks are of patches of 48 px, not of 16 px',
        },
      })
    // What depends on the images shows when the study begins: its sample is drawn then.
    const failed = async (content: string, params: Record<string, unknown>) => {
      const { digest } = await importing(content, held)
      const { job } = await client.studies.run(input({ patch: 48, draws: digest, ...params }))
      const { state, problem, progress } = await jobEnd(client, job?.id ?? 0)
      return [state, problem?.code, progress.done, problem?.message]
    }
    const refused = ['failed', 'STUDY_PARAMS', 0] as const
    expect(await failed(others, {})).toEqual([
      ...refused,
      expect.stringMatching(/^invalid draws: 16 of 16 images have no mask for "50 % dropped", e.g. \//),
    ])
    expect(await failed(text, { percents: [50, 75] })).toEqual([
      ...refused,
      expect.stringContaining('16 of 16 images have no mask for "75 % dropped"'),
    ])
  }
})

describe('a draws file that is read piece by piece', () => {
  it.each([{}, { mask: 'batch' }])('replays the same masks under the same digest (%j)', async (params) => {
    const { client, workspace, path, text, run, first } = await exported(params)
    const { digest } = await importDraws(workspace, path, 0)
    expect(readdirSync(workspace.draws)).toEqual([`${digest}.replay.sqlite`])
    const again = await run({ ...params, seed: 99, draws: digest })
    const right = async (id: number) =>
      (await client.studies.result({ id })).conditions.map(({ key, correct, correct5 }) => [
        key,
        correct,
        correct5,
      ])
    expect(await right(again.id)).toEqual(await right(first.id))
    expect(await drawsOf(client, again.id)).toBe(text)
    expect(await importDraws(workspace, path)).toEqual({ digest })
  })

  it('has the same masks as in one piece, for every size, of images and groups', async () => {
    const { engine, folder } = await freshWorkspace()
    const { workspace } = engine.session.open()
    const own = { '10/0': { aa: '0f', 'group:0': '01' }, '5/1': { aa: '10', bb: '20' } }
    const others = [{ height: 48, width: 32, entries: { '10/0': { bb: 'ff00' } } }]
    const file = {
      format: 'kernelscope-draws',
      version: 1,
      patch: 16,
      height: 32,
      width: 32,
      entries: own,
      others,
    }
    const path = join(folder, 'draws.json')
    writeFileSync(path, JSON.stringify({ note: [1, { entries: 2 }], ...file }))
    const { digest } = await importDraws(workspace, path, 0)
    const reader = await openDraws(workspace, digest)
    const whole = parseDraws(readFileSync(path, 'utf8'))
    for (const owner of ['aa', 'bb', 'cc']) {
      const found = reader.of({ digest: owner, className: null })
      const wanted = masksOf(whole).map(({ height, width, entries }) => ({
        ...{ height, width },
        entries: Object.fromEntries(
          Object.entries(entries).flatMap(([level, masks]) => {
            const kept = Object.entries(masks).filter(([name]) => name === owner || name.startsWith('group:'))
            return kept.length === 0 ? [] : [[level, Object.fromEntries(kept)]]
          }),
        ),
      }))
      expect(masksOf(found)).toEqual(wanted)
      expect(found.patch).toBe(16)
      // The masks of one level are the same, and no others of the image are read.
      const ofOne = reader.of({ digest: owner, className: null }, '10/0')
      expect(ofOne.entries['10/0']).toEqual(found.entries['10/0'])
      expect(Object.keys(ofOne.entries['5/1'] ?? {})).toEqual([])
    }
    reader.close()
  })

  const sound = { format: 'kernelscope-draws', version: 1, patch: 16, height: 32, width: 32, entries: {} }
  it.each([
    ['invalid JSON', '{"format": '],
    ['a list for an object', '[]'],
    ['another format', JSON.stringify({ ...sound, format: 'x' })],
    ['no entries', JSON.stringify({ ...sound, entries: undefined })],
    ['a list of entries', JSON.stringify({ ...sound, entries: [] })],
    ['odd hex', JSON.stringify({ ...sound, entries: { '1/0': { a: '00', b: 'abc' } } })],
    ['an invalid level', JSON.stringify({ ...sound, entries: { first: { a: '00' } } })],
    ['a number for a mask', JSON.stringify({ ...sound, entries: { '1/0': { a: 5 } } })],
    ['a list for a mask', JSON.stringify({ ...sound, entries: { '1/0': { a: ['00'] } } })],
    ['nothing for an image', JSON.stringify({ ...sound, entries: { '1/0': { '': '00' } } })],
    [
      'odd hex in another size',
      JSON.stringify({ ...sound, others: [{ ...sound, entries: { '1/0': { a: 'x' } } }] }),
    ],
    ['a size without its width', JSON.stringify({ ...sound, others: [{ height: 3, entries: {} }] })],
  ])('with %s is refused with the same message, and nothing is stored', async (_, text) => {
    const { engine, folder } = await freshWorkspace()
    const { workspace } = engine.session.open()
    const path = join(folder, 'draws.json')
    writeFileSync(path, text)
    const wordsOf = (held: number) =>
      importDraws(workspace, path, held).then(
        () => 'taken',
        (error: Error) => error.message,
      )
    const words = await wordsOf(0)
    expect(words).toMatch(/^invalid draws file/)
    expect(words).toBe(await wordsOf(2 ** 20))
    expect(readdirSync(workspace.draws)).toEqual([])
  })

  it.skipIf(process.platform !== 'linux').each(['replay.sqlite', 'sqlite'])(
    'is reported where it is damaged in the workspace, and not held open (%s)',
    async (kind) => {
      const { engine } = await freshWorkspace()
      const { workspace } = engine.session.open()
      const digest = 'ab'.repeat(32)
      const path = join(workspace.draws, `${digest}.${kind}`)
      writeFileSync(path, 'no database'.repeat(1000))
      await expect(openDraws(workspace, digest)).rejects.toMatchObject({
        code: 'WORKSPACE_CORRUPT',
        message: expect.stringContaining(path) as string,
      })
      const open = readdirSync('/proc/self/fd').map((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`)
        } catch {
          return ''
        }
      })
      expect(open).not.toContain(path)
    },
  )

  it('is reported where it is missing', async () => {
    const { engine, folder } = await freshWorkspace()
    const { workspace } = engine.session.open()
    await expect(importDraws(workspace, join(folder, 'none.json'), 0)).rejects.toMatchObject({
      code: 'FILE_MISSING',
    })
  })
})
