import { expect, it } from 'vitest'
import { imagesNote } from '#engine/studies/results/imagesNote.ts'
import { runStudy } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'

it('a result says of how many images its numbers are, and that it is not complete', async () => {
  const { client, engine, datasetId, modelIds } = await sampleWorkspace('replk3')
  const params = { percents: [0, 50], repeats: 1 }
  const { id } = await runStudy(client, { kind: 'random-patch-drop', params, modelIds, datasetId })
  const whole = await client.studies.result({ id })
  const images = whole.conditions[0]?.n ?? 0
  expect(whole.figures[0]?.notes.at(-1)).toMatch(new RegExp(`^n = ${images} images of `))
  expect(whole.provenance.join(' ')).not.toContain('not complete')

  const { db } = engine.session.open().workspace
  const [, dropped] = whole.conditions
  db.prepare(
    'DELETE FROM prediction WHERE condition_id = ? AND example_id IN (SELECT min(example_id) FROM prediction)',
  ).run(dropped?.conditionIds[0])
  const partial = await client.studies.result({ id })
  expect(partial.complete).toBe(false)
  for (const text of [partial.figures[0]?.notes.join(' '), partial.provenance.join(' ')])
    expect(text).toMatch(new RegExp(`n = ${images - 1} to ${images} of ${images} images of .*not complete`))
})

it('images that failed are no part of n', () => {
  const cell = (failed: number) => ({ failed })
  const note = imagesNote(
    // Only what the note reads.
    { images: 10, complete: true, cells: [cell(0), cell(3)] as never, measured: { least: 7, most: 10 } },
    'val',
  )
  expect(note).toBe('n = 7 to 10 of 10 images of val: at most 3 could not be measured under one condition.')
})
