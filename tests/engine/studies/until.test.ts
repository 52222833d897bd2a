import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Study } from '#shared/contract/index.ts'
import { studyExit, studyStateText } from '#shared/studyState.ts'
import { bundleOf, verify } from '../bundles/forge.ts'
import { storedBits } from './storedBits.ts'
import { addDataset, jobEnd, runStudy, sampleImages, sampleModel } from './sample.ts'
import { freshWorkspace } from './workspace.ts'
import { changeFacts } from '../../factRows.ts'

it('a study stops when its points are narrow enough, its models together, and goes on to the same bits', async () => {
  const { folder, engine, client } = await freshWorkspace()
  const { db } = engine.session.open().workspace
  const runToEnd = async ({ job: queued }: Study) =>
    expect((await jobEnd(client, queued?.id ?? 0)).state).toBe('done')
  const datasetId = await addDataset(client, sampleImages(folder, 10))
  const modelIds = [
    (await client.models.add({ path: sampleModel('replk3') })).id,
    (await client.models.add({ path: sampleModel('replk7') })).id,
  ]
  const [a = 0, b = 0] = modelIds
  await client.system.updateSettings({ batch: 16 })
  const input = { kind: 'random-patch-drop', params: { percents: [0, 75], repeats: 1 }, modelIds, datasetId }

  const { id, job } = await runStudy(client, { ...input, until: { within: 0.12, seconds: 3600 } })
  expect(job?.progress.stopped).toBe('within')
  const early = await client.studies.result({ id })
  expect(early.stopped).toEqual({ rule: { within: 0.12, seconds: 3600 }, reason: 'within' })
  expect([early.state, early.complete, studyExit(early)]).toEqual(['stopped', false, 0])
  expect(studyStateText(early)).toMatch(/^stopped early as asked: \d+ of 640 measured$/)
  const counts = early.conditions.map(({ n }) => n)
  // How long a stretch is depends on what opening sessions took (sequences.test.ts).
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(16)
  expect(Math.min(...counts)).toBeLessThan(160)
  for (const { n, sequence } of early.conditions) {
    expect(sequence?.of).toBe(n < 160 ? 160 : undefined)
    if (n < 160) expect((sequence!.hi - sequence!.lo) / 2).toBeLessThanOrEqual(0.12 + 1e-9)
  }
  expect(early.tests).toHaveLength(2)
  const notes = early.figures[0]?.notes.join(' ')
  expect(notes).toMatch(
    /of 160 images of .*: the study was stopped early as asked, since every point is within ±12 points at 95 %\./,
  )
  expect(notes).toContain('confidence sequence')
  // Two conditions of each model.
  const part = counts.findIndex((n) => n < 160)
  expect(early.figures[0]?.series[part >> 1]?.points[part % 2]?.all).toEqual({
    lo: early.conditions[part]?.sequence?.lo,
    hi: early.conditions[part]?.sequence?.hi,
  })

  const path = await bundleOf(engine, id, join(folder, 'stopped.zip'))
  const bundle = await client.bundles.open({ path })
  expect(bundle.study.state).toBe('stopped')
  const { verdict, parts } = await verify(engine, path, { sample: 4 })
  expect([verdict, parts.filter(({ how }) => how === 'differs')]).toEqual(['agrees', []])

  // The same study goes on until a comparison is decided, or to its end where it never is.
  const compared = await client.studies.rerun({ id, until: { above: { a, b } } })
  await runToEnd(compared)
  const decided = await client.studies.result({ id })
  const sign = Math.sign
  if (decided.state === 'stopped') expect(decided.stopped?.reason).toMatch(/bove$/)
  await runToEnd(await client.studies.rerun({ id }))
  const whole = await client.studies.result({ id })
  expect([whole.state, whole.stopped]).toEqual(['complete', undefined])
  const differences = [0, 1].map((at) =>
    sign(whole.conditions[at]!.correct - whole.conditions[at + 2]!.correct),
  )
  if (decided.stopped?.reason === 'above') expect(differences).toEqual([1, 1])
  if (decided.stopped?.reason === 'notAbove') expect(differences).not.toEqual([1, 1])
  for (const [at, { top1, sequence }] of whole.conditions.entries()) {
    const before = early.conditions[at]?.sequence
    expect(sequence).toBeUndefined()
    if (!before) continue
    expect(before.lo).toBeLessThanOrEqual(top1!)
    expect(before.hi).toBeGreaterThanOrEqual(top1!)
  }

  for (const [at, { difference, sequence }] of whole.tests.entries()) {
    const before = early.tests[at]?.sequence
    expect(sequence).toBeUndefined()
    if (!before) continue
    expect(before.of).toBe(160)
    expect(before.lo).toBeLessThanOrEqual(difference)
    expect(before.hi).toBeGreaterThanOrEqual(difference)
    expect(before.hi - before.lo).toBeLessThan(1)
  }

  const inStretches = storedBits(engine)
  changeFacts(db, 'DELETE FROM fact')
  await runToEnd(await client.studies.rerun({ id }))
  expect(storedBits(engine)).toEqual(inStretches)

  await expect(client.studies.run({ ...input, until: { above: { a, b: a } } })).rejects.toThrow(
    'invalid until',
  )
  await expect(client.studies.rerun({ id, until: {} })).rejects.toThrow()
})
