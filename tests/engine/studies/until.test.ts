import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
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

  // By a clock that stands still, looking at the facts costs nothing: there is a look after every 32 images, however slow
  // the machine is, and no stretch grows longer.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  onTestFinished(() => clock.mockRestore())
  const { id, job } = await runStudy(client, { ...input, until: { within: 0.08, seconds: 3600 } })
  clock.mockRestore()
  expect(job?.progress.stopped).toBe('within')
  const early = await client.studies.result({ id })
  expect(early.stopped).toEqual({ rule: { within: 0.08, seconds: 3600 }, reason: 'within' })
  expect([early.state, early.complete, studyExit(early)]).toEqual(['stopped', false, 0])
  expect(studyStateText(early)).toMatch(/^stopped early as asked: \d+ of 640 measured$/)
  const counts = early.conditions.map(({ n }) => n)
  // A look may also come in the midst of a stretch.
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(16)
  expect(Math.max(...counts)).toBeLessThan(160)
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(32)
  for (const { sequence } of early.conditions) {
    expect(sequence?.of).toBe(160)
    expect((sequence!.hi - sequence!.lo) / 2).toBeLessThanOrEqual(0.08 + 1e-9)
  }
  expect(early.tests).toHaveLength(2)
  const notes = early.figures[0]?.notes.join(' ')
  expect(notes).toMatch(
    /of 160 images of .*: the study was stopped early as asked, since every point is within ±8 points at 95 %\./,
  )
  expect(notes).toContain('confidence sequence')
  expect(early.figures[0]?.series[0]?.points[0]?.all).toEqual({
    lo: early.conditions[0]?.sequence?.lo,
    hi: early.conditions[0]?.sequence?.hi,
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
    expect(before!.lo).toBeLessThanOrEqual(top1!)
    expect(before!.hi).toBeGreaterThanOrEqual(top1!)
  }

  for (const [at, { difference, sequence }] of whole.tests.entries()) {
    const before = early.tests[at]?.sequence
    expect([sequence, before?.of]).toEqual([undefined, 160])
    expect(before!.lo).toBeLessThanOrEqual(difference)
    expect(before!.hi).toBeGreaterThanOrEqual(difference)
    expect(before!.hi - before!.lo).toBeLessThan(1)
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
