import { expect, it } from 'vitest'
import type { ImageFilter } from '#shared/contract/index.ts'
import { runCli } from '../../src/cli/program.ts'
import { sampleWorkspace } from '../engine/studies/workspace.ts'
import { terminal } from './terminal.ts'

it('subset list has every subset, even where something that a rule names is gone', async () => {
  const { client, engine, datasetId, modelIds } = await sampleWorkspace('replk3')
  const [modelId = 0] = modelIds
  const save = (name: string, filter: ImageFilter) =>
    client.subsets.create({ datasetId, name, selection: { filter, ids: [] } })
  await save('stale', { outcomes: [{ modelId, outcome: 'missing' }] })
  await save('sound', { readable: true })
  await client.models.remove({ id: modelId })

  const { path } = engine.session.open().workspace
  const run = async (...args: string[]) => {
    const { io, written } = terminal()
    const start = () => Promise.resolve({ client, close: () => Promise.resolve() })
    const code = await runCli(['dataset', 'subset', 'list', ...args, '-w', path], io, start, '1.2.3')
    return { code, ...written }
  }
  const told = await run()
  expect([told.code, told.err]).toEqual([0, ''])
  expect(told.out).toMatch(/stale +1 +–/)
  expect(told.out).toMatch(/sound +1 +16/)
  expect(told.out).toMatch(/^stale: no model with id \d+$/m)
  expect(JSON.parse((await run('--json')).out)).toMatchObject({
    subsets: expect.arrayContaining([
      expect.objectContaining({
        name: 'stale',
        images: null,
        problem: expect.objectContaining({ code: 'MODEL_NOT_FOUND' }),
      }),
      expect.objectContaining({ name: 'sound', images: 16 }),
    ]),
  })
})
