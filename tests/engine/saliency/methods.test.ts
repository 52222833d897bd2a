import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { encodePng } from '#engine/images/index.ts'
import { getModel } from '#engine/models/index.ts'
import { floatsPlan, OpenSessions, type SessionInUse } from '#engine/saliency/index.ts'
import { removalCurves } from '#engine/studies/kinds/mapScores/curves.ts'
import type { SaliencyMethod, SaliencyTarget } from '#shared/contract/index.ts'
import { areaUnder } from '#shared/maths/removal.ts'
import { passesOf, saliencyMethod } from '#shared/saliencyMethods/index.ts'
import { netPath, ramp, relativeError } from '../onnx/support.ts'
import goldens from './goldens.json' with { type: 'json' }
import { pixelsOf, resultOf } from './looking.ts'

const folder = mkdtempSync(join(tmpdir(), 'kernelscope-methods-'))
const path = join(folder, 'ramp.png')
const side = 32
let engine: Engine
const models = { resnet: 0, convnext: 0, vit_dino: 0 }

const preprocessing = {
  ...{ size: [side, side] as [number, number], resize: 'none' as const, resizeTo: null },
  interpolation: 'bilinear' as const,
  mean: [0.485, 0.456, 0.406] as [number, number, number],
  std: [0.229, 0.224, 0.225] as [number, number, number],
}

const levelsOf = () =>
  Uint8Array.from(ramp(side * side * 3, 2654435761, 1), (value) => Math.floor((value + 0.5) * 256))

beforeAll(async () => {
  engine = await createEngine({ overrides: { provider: 'cpu', threads: 1 } })
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  for (const name of ['resnet', 'convnext', 'vit_dino'] as const) {
    models[name] = (await client.models.add({ path: netPath(name) })).id
    await client.models.update({ id: models[name], preprocessing })
  }
  writeFileSync(path, await encodePng(levelsOf(), side, side))
}, 60_000)

afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The map [H,W,1] of a class, the predicted one where left out, of which the goldens have every fifth value. */
async function mapOf(name: keyof typeof models, method: SaliencyMethod, target?: SaliencyTarget) {
  const result = await resultOf(
    engine.client.maps.saliency({
      model: { id: models[name] },
      image: { path },
      method,
      ...(target ? { target } : {}),
    }),
  )
  const { channels } = engine.session.inspections.kept.get(null, result.key, ['saliency']).parts
  return { result, shape: channels?.shape, values: pixelsOf(channels) }
}

/** A session that counts the images it computes a gradient for, and the others. */
function counted({ session, ...rest }: SessionInUse, count: { gradients: number; forwards: number }) {
  return {
    ...rest,
    session: {
      request: session.request,
      get ended() {
        return session.ended
      },
      run(...[feeds, outputs]: Parameters<typeof session.run>) {
        const kind = outputs.some((name) => /gradient|relevance/.test(name)) ? 'gradients' : 'forwards'
        count[kind] += feeds[0]?.shape[0] ?? 0
        return session.run(feeds, outputs)
      },
      attribution(part: Parameters<typeof session.attribution>[0]) {
        count.gradients += part.count
        return session.attribution(part)
      },
      close: () => session.close(),
    },
  }
}

const few = (values: Float32Array) => values.filter((_, at) => at % 5 === 0)

describe('equals PyTorch', () => {
  it.each([
    ['resnet', { method: 'gradCam', depth: 1 }, goldens.resnet.gradCam, 'stage 2, unit 2'],
    ['resnet', { method: 'layerCam', depth: 1 }, goldens.resnet.layerCam, 'stage 2, unit 2'],
    ['convnext', { method: 'gradCam', depth: 1 }, goldens.convnext.gradCam, 'stage 2, unit 2'],
    ['convnext', { method: 'layerCam', depth: 1 }, goldens.convnext.layerCam, 'stage 2, unit 2'],
    // The last tokens of patches that the class token still reads.
    ['vit_dino', { method: 'gradCam', depth: 1 }, goldens.vit_dino.gradCam, 'stage 1, unit 4'],
    ['vit_dino', { method: 'layerCam', depth: 1 }, goldens.vit_dino.layerCam, 'stage 1, unit 4'],
    ['vit_dino', { method: 'relevance' }, goldens.vit_dino.relevance, null],
    [
      'resnet',
      { method: 'occlusion', window: 0.25, stride: 0.5, fill: 'grey' },
      goldens.resnet.occlusion,
      null,
    ],
    ['resnet', { method: 'rise', masks: 40, cells: 5, keep: 0.5, seed: 3 }, goldens.resnet.rise, null],
  ] as const)('of %s, %j', async (name, method, golden, layer) => {
    const { result, shape, values } = await mapOf(name, method)
    expect(shape).toEqual([side, side, 1])
    expect(result).toMatchObject({ layer, completeness: null, target: { index: goldens.targets[name] } })
    expect(Math.max(...golden)).toBeGreaterThan(0)
    expect(relativeError(few(values), golden)).toBeLessThan(2e-3)
  })
})

it('reads an earlier feature map where a smaller depth is chosen', async () => {
  const { result, values } = await mapOf('resnet', { method: 'gradCam', depth: 0 })
  expect(result.layer).toBe('stem, layer 1')
  expect(relativeError(few(values), goldens.resnet.gradCam)).toBeGreaterThan(0.1)
})

it('tells why a network has no relevance', async () => {
  await expect(mapOf('resnet', { method: 'relevance' })).rejects.toMatchObject({
    data: { code: 'MODEL_UNSUPPORTED', message: expect.stringContaining('no self-attention') },
  })
})

it('removal curves equal PyTorch', async () => {
  const { workspace } = engine.session.open()
  const model = getModel(workspace.db, models.resnet)
  const sessions = new OpenSessions()
  const context = {
    ...{ settings: engine.session.settings(), log: engine.session.log, weights: workspace.weights },
    signal: new AbortController().signal,
  }
  const session = await sessions.open(context, model, floatsPlan(model))
  try {
    const floats = Float32Array.from(levelsOf(), (level) => level / 255)
    const map = ramp(side * side, 2246822519, 1)
    const asked = { steps: 8, index: goldens.targets.resnet }
    const found = await removalCurves(session, model, floats, map, asked)
    for (const name of ['deletion', 'insertion'] as const) {
      expect(relativeError(found[name], goldens.curves[name])).toBeLessThan(1e-4)
      expect(areaUnder(found[name])).toBeCloseTo(goldens.curves[`${name}Area`], 5)
    }
  } finally {
    session.end()
    await sessions.close()
  }
})

it('every method computes as many gradients and outputs as it says', async () => {
  const { sessions } = engine.session.inspections
  const open = sessions.open.bind(sessions)
  const count = { gradients: 0, forwards: 0 }
  const spy = vi
    .spyOn(sessions, 'open')
    .mockImplementation(async (...asked) => counted(await open(...asked), count))
  try {
    for (const method of [
      { method: 'gradient' },
      { method: 'smoothGrad', copies: 3 },
      { method: 'integratedGradients', steps: 4 },
      { method: 'gradCam' },
      { method: 'layerCam' },
      { method: 'relevance' },
      { method: 'occlusion', window: 0.5, stride: 0.25 },
      { method: 'rise', masks: 5 },
    ].map((chosen): SaliencyMethod => saliencyMethod.parse(chosen))) {
      Object.assign(count, { gradients: 0, forwards: 0 })
      await mapOf('vit_dino', method, { kind: 'class', index: 1 })
      expect([method.method, count]).toEqual([method.method, passesOf(method, [side, side])])
    }
  } finally {
    spy.mockRestore()
  }
})

it('every method has a map of the cross entropy too', async () => {
  for (const method of ['gradCam', 'relevance', 'occlusion'] as const) {
    const result = await resultOf(
      engine.client.maps.saliency({
        model: { id: models.vit_dino },
        image: { path },
        method: saliencyMethod.parse({ method }),
        of: 'crossEntropy',
      }),
    )
    expect(result.definitions[0]?.formula).toContain('y = cross entropy')
    expect(result.signed.max).toBeGreaterThan(result.signed.min)
  }
})
