import { expect, it, vi } from 'vitest'
import { endRestingThreads, openAttackSession, openTensors } from '#engine/inference/index.ts'
import { Thread } from '#engine/threads/thread.ts'
import { usableModel } from '#engine/models/index.ts'
import { attackRequest } from '#engine/studies/kinds/attacks/adversarial/open.ts'
import { sampleModel } from '../studies/sample.ts'
import { sampleWorkspace } from '../studies/workspace.ts'

it('a session that is closed during an attack finishes the attack first', async () => {
  const { engine, modelIds } = await sampleWorkspace('replk3')
  const { workspace } = engine.session.open()
  const model = usableModel(workspace.db, modelIds[0] ?? 0)
  const session = await openAttackSession(
    await attackRequest({ workspace, settings: engine.session.settings() }, model, 'cpu'),
  )
  const [height, width] = model.preprocessing.size
  const pixels = new SharedArrayBuffer(2 * height * width * 3)
  const attack = session.attack({
    pixels,
    first: 0,
    batch: 2,
    rows: 2,
    targets: Int32Array.of(0, 1),
    keys: ['a', 'b'],
    runs: [
      {
        ...({ op: 'attack', kind: 'pgd', epsilon: 0.03, alpha: 0.01, steps: 10, seed: 0 } as const),
        ...{ randomStart: false, restarts: 1, surrogate: null, rounded: false },
      },
    ],
    keep: false,
  })
  const closed = session.close()
  expect((await attack).facts[0]?.rows).toBe(2)
  await closed
})

it('the thread of a closed session serves the next one, unless a task of it failed, until the engine ends', async () => {
  await endRestingThreads()
  const asked = vi.spyOn(Thread.prototype, 'ask')
  try {
    const open = (name: string) => openTensors({ path: sampleModel(name), provider: 'cpu', threads: 1 })
    const opens = (at: number) => asked.mock.calls[at]?.[0].kind === 'openTensors'
    const threads = () => new Set(asked.mock.contexts.filter((_, at) => opens(at))).size
    const first = await open('replk3')
    await first.close()
    expect(first.ended).toBe(true)
    await expect(first.run([], [])).rejects.toMatchObject({ code: 'INFERENCE_FAILED' })
    const [second, beside] = [await open('vit'), await open('replk3')]
    expect(threads()).toBe(2)
    const failed = second.run([], ['no such output'])
    await expect(failed).rejects.toMatchObject({ code: 'INFERENCE_FAILED' })
    await Promise.all([second.close(), second.close(), beside.close()])
    const third = await open('resnet')
    expect(threads()).toBe(2)
    await third.close()
    await endRestingThreads()
    await (await open('replk3')).close()
    expect(threads()).toBe(3)
  } finally {
    asked.mockRestore()
    await endRestingThreads()
  }
})
