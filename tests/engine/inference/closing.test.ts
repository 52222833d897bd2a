import { expect, it } from 'vitest'
import { openAttackSession } from '#engine/inference/index.ts'
import { usableModel } from '#engine/models/index.ts'
import { attackRequest } from '#engine/studies/kinds/attacks/adversarial/open.ts'
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
