import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SelfCheck } from '#shared/contract/index.ts'
import { createEngine } from '#engine/api/index.ts'
import { netPath, type NetName } from '../onnx/support.ts'
import { temporaryFolder } from '../../temporary.ts'

async function engineWith(name: NetName, checksAhead = false) {
  const engine = await createEngine({ checksAhead, overrides: { provider: 'cpu', threads: 1 } })
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(temporaryFolder(), 'workspace') })
  const { id } = await engine.client.models.add({ path: netPath(name) })
  return { engine, id }
}

const states = ({ rewrites }: SelfCheck) =>
  rewrites.map(({ rewrite, state }) => `${rewrite} ${state}`).join(', ')

describe('the self-check', { timeout: 60_000 }, () => {
  it.each([
    [
      'replknet_unmerged',
      'pixels passed, gate passed, bypass passed, differentiate passed, attention impossible',
    ],
    ['vit', 'pixels passed, gate passed, bypass passed, differentiate passed, attention passed'],
    [
      'densenet',
      'pixels passed, gate impossible, bypass impossible, differentiate passed, attention impossible',
    ],
  ] as const)('of %s finds that its rewrites agree with it, and is kept', async (name, wanted) => {
    const { engine, id } = await engineWith(name)
    expect((await engine.client.models.get({ id })).selfCheck).toBeNull()
    const found = await engine.client.models.check({ id })
    expect(states(found)).toBe(wanted)
    expect((await engine.client.models.get({ id })).selfCheck).toEqual(found)
  })

  it('runs in the background after a model is added, and stops when its workspace is closed', async () => {
    const { engine, id } = await engineWith('resnet', true)
    const found = async (): Promise<SelfCheck> =>
      (await engine.client.models.get({ id })).selfCheck ??
      new Promise<void>((resolve) => setTimeout(resolve, 50)).then(found)
    expect(states(await found())).toContain('differentiate passed')
    await engine.client.models.add({ path: netPath('vit') })
    await engine.client.workspace.close()
  })

  it('fails where a variant gives other numbers than the model, here because of damaged shared weights', async () => {
    const { engine, id } = await engineWith('resnet')
    await engine.client.models.check({ id })
    const { workspace } = engine.session.open()
    const { digest } = await engine.client.models.get({ id })
    const weights = join(workspace.weights, 'weights', `${digest}.bin`)
    const { size } = statSync(weights)
    writeFileSync(weights, Buffer.alloc(size, Buffer.from(Float32Array.of(0.03).buffer)))
    const { rewrites } = await engine.client.models.check({ id })
    const pixels = rewrites.find(({ rewrite }) => rewrite === 'pixels')
    expect(pixels).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(/^pixels: logits of 8-bit pixels .* apart by/),
    })
    expect(pixels?.error).toBeGreaterThan(0.01)
  })

  it('names the node where a rewrite cannot be made', async () => {
    const { engine, id } = await engineWith('resnet')
    const { db } = engine.session.open().workspace
    const stored = await engine.client.models.inspect({ id })
    const blocks = stored.blocks.map((block) => ({ ...block, adds: ['no such addition'], removable: true }))
    db.prepare('UPDATE model SET inspection = ? WHERE id = ?').run(JSON.stringify({ ...stored, blocks }), id)
    const { rewrites } = await engine.client.models.check({ id })
    const gate = rewrites.find(({ rewrite }) => rewrite === 'gate')
    expect(gate).toMatchObject({
      state: 'failed',
      error: null,
      message: expect.stringContaining('block no such addition'),
    })
  })
})
