import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { allOutputs } from '#shared/readouts.ts'
import { createEngine } from '#engine/api/index.ts'
import { openClassifier, usableModel } from '#engine/models/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { sampleModel } from '../studies/sample.ts'

it('a classifier whose worker has ended opens a new one and gives the same facts', async () => {
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(temporaryFolder(), 'workspace') })
  const { id } = await engine.client.models.add({ path: sampleModel('replk3') })
  const { workspace } = engine.session.open()
  const settings = { provider: 'cpu', threads: 1, batch: 2 } as const
  const classifier = await openClassifier(
    workspace,
    usableModel(workspace.db, id),
    settings,
    engine.session.log,
  )
  onTestFinished(() => classifier.close())
  const pixels = new SharedArrayBuffer(2 * classifier.height * classifier.width * 3)
  new Uint8Array(pixels).forEach((_, i, all) => (all[i] = (i * 7) % 256))
  const readings = [{ readout: allOutputs, targets: Int32Array.of(0, 1) }]
  const run = () => classifier.run({ pixels, first: 0, batch: 2 }, 2, readings)
  const before = await run()
  await classifier.close()
  expect((await run()).facts).toEqual(before.facts)
})

it('an unavailable provider is refused by name, and the automatic choice gives the reason against CUDA', async ({
  skip,
}) => {
  const engine = await createEngine({ overrides: { provider: 'auto' } })
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(temporaryFolder(), 'workspace') })
  const { id } = await engine.client.models.add({ path: sampleModel('replk3') })
  const { workspace } = engine.session.open()
  const { providers } = await engine.client.system.doctor()
  const cuda = providers.find(({ name }) => name === 'cuda')
  skip(cuda?.available === true, 'CUDA is here')
  const open = (provider: 'auto' | 'cuda') =>
    openClassifier(
      workspace,
      usableModel(workspace.db, id),
      { provider, threads: 1, batch: 1 },
      engine.session.log,
    )
  await expect(open('cuda')).rejects.toMatchObject({
    code: 'PROVIDER_UNAVAILABLE',
    message: expect.stringContaining('cuda'),
  })
  const classifier = await open('auto')
  expect(classifier.provider).toEqual({
    name: 'cpu',
    reason: expect.stringContaining(cuda?.reason ?? 'CUDA'),
  })
  await classifier.close()
})
