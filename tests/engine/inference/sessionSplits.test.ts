import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { closeAll } from '#engine/inference/index.ts'
import { openClassifier, openLanes, sessionTimes, usableModel } from '#engine/models/index.ts'
import { keptSessions } from '#engine/studies/definition/index.ts'
import { attackOnce } from '#engine/studies/kinds/attacks/adversarial/open.ts'
import { perImage } from '#engine/studies/kinds/featureVariance/measure.ts'
import { openProbe } from '#engine/studies/measure/probing.ts'
import { internVariant, variantKey } from '#engine/facts/index.ts'
import { sampleModel } from '../studies/sample.ts'

let folder: string
let engine: Engine

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  engine = await createEngine()
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const batch = 4

/** Opens a model for a run of `images`, with outputs of a batch by each of its sessions. */
async function opened(id: number, threads: number, images: number) {
  const { workspace } = engine.session.open()
  const settings = { provider: 'cpu', threads, batch } as const
  const model = usableModel(workspace.db, id)
  const classifier = await openClassifier(workspace, model, settings, engine.session.log, undefined, images)
  const pixels = new SharedArrayBuffer(batch * classifier.height * classifier.width * 3)
  new Uint8Array(pixels).forEach((_, i, all) => (all[i] = (i * 31) % 251))
  const outputs = await Promise.all(
    classifier.lanes.map(async (lane) =>
      Buffer.from((await lane.outputs({ pixels, first: 0, batch }, batch)).outputs.buffer).toString('hex'),
    ),
  )
  await classifier.close()
  return {
    outputs,
    sessions: classifier.lanes.length,
    threads: classifier.threads,
    variant: classifier.variant.id,
  }
}

it.each(['replk31', 'resnet', 'vit'])(
  'two sessions of one thread give %s the bits of one session of one or two threads',
  async (name) => {
    const { id } = await engine.client.models.add({ path: sampleModel(name) })
    const { db } = engine.session.open().workspace
    const one = await opened(id, 1, 1e9)
    const two = await opened(id, 2, 0)
    expect([one.sessions, two.sessions]).toEqual([1, 1])
    expect(sessionTimes(db, one.variant).size).toBe(0)
    // Long enough for a trial, whose times are kept.
    await opened(id, 2, 1e9)
    expect([...sessionTimes(db, one.variant).keys()].sort()).toEqual(['pixels 1x2', 'pixels 2x1 of 2'])
    db.prepare("UPDATE session_time SET seconds_per_image = 1e-9 WHERE plan = 'pixels 2x1 of 2'").run()
    const split = await opened(id, 2, 1e9)
    expect([split.sessions, split.threads]).toEqual([2, 1])
    expect(new Set([...one.outputs, ...two.outputs, ...split.outputs]).size).toBe(1)
  },
)

it('attacks have a trial of their own, for gradients and predictions', async () => {
  const { id } = await engine.client.models.add({ path: sampleModel('resnet') })
  const { workspace } = engine.session.open()
  const model = usableModel(workspace.db, id)
  const sessions = keptSessions()
  const noted: string[] = []
  const context = {
    ...{
      workspace,
      log: engine.session.log,
      sessions,
      progress: { note: (text: string) => noted.push(text) },
    },
    settings: { provider: 'cpu', threads: 2, batch },
  }
  const open = async (calls: number) => {
    // What the opening of sessions asks of a run.
    const attack = attackOnce(context as never, model, calls)
    const opened = await attack.open()
    await attack.close()
    return [opened.sessions.length, opened.sessions.every(({ ended }) => ended)]
  }
  expect(await open(16)).toEqual([1, true])
  const { id: variant } = internVariant(workspace.db, variantKey(model, 'cpu'))
  const own = () =>
    [...sessionTimes(workspace.db, variant).keys()].filter((name) => name.startsWith('attack'))
  expect(own()).toEqual([])
  await open(1e9)
  expect(own().sort()).toEqual(['attack 1x2', 'attack 2x1 of 2'])
  workspace.db
    .prepare("UPDATE session_time SET seconds_per_image = 1e-9 WHERE plan = 'attack 2x1 of 2'")
    .run()
  expect(await open(1e9)).toEqual([2, true])
})

it('graphs of tensors have a trial of their own, and none after a death of the engine', async () => {
  const { id } = await engine.client.models.add({ path: sampleModel('vit') })
  const { workspace } = engine.session.open()
  const { db } = workspace
  const model = usableModel(db, id)
  const open = async (images: number, crashes = 0) => {
    const context = {
      ...{ workspace, model, log: engine.session.log, job: { crashes, enterNative: () => undefined } },
      ...{ settings: { provider: 'cpu', threads: 2, batch }, progress: { moved: () => false } },
    }
    // What the opening of sessions asks of a run.
    const { sessions, threads } = await openProbe(context as never, perImage, images)
    await closeAll(sessions)
    return [sessions.length, threads]
  }
  const own = () =>
    [...sessionTimes(db, internVariant(db, variantKey(model, 'cpu')).id).keys()].filter((name) =>
      name.startsWith('probe'),
    )
  expect(await open(64)).toEqual([1, 2])
  expect(await open(1e9, 1)).toEqual([1, 2])
  expect(own()).toEqual([])
  await open(1e9)
  expect(own().sort()).toEqual(['probe-variance 1x2', 'probe-variance 2x1 of 2'])
  db.prepare("UPDATE session_time SET seconds_per_image = 1e-9 WHERE plan = 'probe-variance 2x1 of 2'").run()
  expect(await open(1e9)).toEqual([2, 1])
  expect(await open(1e9, 1)).toEqual([1, 2])
})

it('a split that gives another bit is never chosen', async () => {
  const { id } = await engine.client.models.add({ path: sampleModel('vit') })
  const { db } = engine.session.open().workspace
  const model = usableModel(db, id)
  const settings = { provider: 'cpu', threads: 2, batch } as const
  const open = async (name: string, last: (threads: number) => number) => {
    const { sessions } = await openLanes({ db, settings, log: engine.session.log }, model, {
      ...{ name, batch: 1, images: 1e9, forwards: null },
      open: (_, threads) =>
        Promise.resolve({ request: { path: 'x', threads }, close: () => Promise.resolve() }),
      outputs: ({ request: { threads } }) => Promise.resolve(Float32Array.of(0, last(threads))),
    })
    return sessions.length
  }
  const told = (name: string) =>
    [...sessionTimes(db, internVariant(db, variantKey(model, 'cpu')).id).keys()]
      .filter((time) => time.startsWith(name))
      .sort()
  await open('equal', () => 1)
  expect(told('equal')).toEqual(['equal 1x2', 'equal 2x1 of 2'])
  expect(await open('other', (threads) => 1 + threads)).toBe(1)
  expect(told('other')).toEqual(['other 1x2', 'other 2x1 of 2 differs'])
  expect(await open('other', (threads) => 1 + threads)).toBe(1)
})

it('where a full call fails there is one session, opened anew', async () => {
  const { id } = await engine.client.models.add({ path: sampleModel('vit') })
  const { db } = engine.session.open().workspace
  const settings = { provider: 'cpu', threads: 2, batch } as const
  const told: string[] = []
  const { sessions } = await openLanes({ db, settings, log: engine.session.log }, usableModel(db, id), {
    ...{ name: 'full', batch: 1, images: 1e9, forwards: null },
    open(_, threads) {
      told.push(`open ${threads}`)
      return Promise.resolve({
        request: { path: 'x', threads },
        close: () => Promise.resolve(void told.push('close')),
      })
    },
    outputs: () => Promise.reject(new KernelscopeError('OUT_OF_MEMORY', 'no memory')),
  })
  expect([sessions.length, told]).toEqual([1, ['open 2', 'close', 'open 2']])
})

it('a run that is too short for a trial has one session, and none is tried', async () => {
  const { id } = await engine.client.models.add({ path: sampleModel('replk3') })
  const { sessions, variant } = await opened(id, 2, 64)
  expect(sessions).toBe(1)
  expect(sessionTimes(engine.session.open().workspace.db, variant).size).toBe(0)
})
