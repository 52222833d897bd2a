import { describe, expect, it } from 'vitest'
import type { Grid } from '#engine/studies/definition/index.ts'
import { studyStateText } from '#shared/studyState.ts'
import { imagesNote } from '#engine/studies/results/imagesNote.ts'
import { runStudy } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'
import { changeFacts } from '../../factRows.ts'

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
  changeFacts(
    db,
    'DELETE FROM fact WHERE condition_id = ? AND example_id IN (SELECT min(example_id) FROM fact)',
    dropped?.conditionIds[0] ?? null,
  )
  const partial = await client.studies.result({ id })
  expect(partial.complete).toBe(false)
  expect(studyStateText(partial)).toBe(`incomplete: ${2 * images - 1} of ${2 * images} measured`)
  expect(whole.figures[0]?.series[0]?.points.map(({ n, of }) => [n, of])).toEqual([
    [images, undefined],
    [images, undefined],
  ])
  expect(partial.figures[0]?.series[0]?.points.map(({ n, of }) => [n, of])).toEqual([
    [images, undefined],
    [images - 1, images],
  ])
  const unmeasured = await client.studies.images({ id, order: 'image' })
  expect(
    unmeasured.rows.filter(({ measured }) => measured && measured.n < measured.of).map((row) => row.measured),
  ).toEqual(unmeasured.rows[0]?.failsAt === null ? [{ n: 1, of: 2 }] : [])
  for (const text of [partial.figures[0]?.notes.join(' '), partial.provenance.join(' ')])
    expect(text).toMatch(new RegExp(`n = ${images - 1} to ${images} of ${images} images of .*not complete`))
})

it('a result and a warning say that images of classes which a model does not know do not count', async () => {
  const { client, engine, datasetId, modelIds } = await sampleWorkspace('replk3')
  const { db } = engine.session.open().workspace
  db.prepare("UPDATE model SET labels = json_set(labels, '$[0]', 'none of these') WHERE id = ?").run(
    modelIds[0] ?? 0,
  )
  const input = { kind: 'clean-accuracy', params: {}, modelIds, datasetId }
  const { warnings } = await client.studies.check(input)
  expect(warnings.map(({ message }) => message).join()).toMatch(
    /^1 of \d+ classes of .* are not among the labels/,
  )
  const { id } = await runStudy(client, input)
  const { conditions, figures, provenance } = await client.studies.result({ id })
  const [cell] = conditions
  const text = new RegExp(`n = ${cell?.n} of \\d+ images of .*: 1 has no label that an output stands for`)
  expect(cell?.missing).toBe(0)
  expect(figures[0]?.notes.at(-1)).toMatch(text)
  expect(provenance.join(' ')).toMatch(text)
  expect(provenance).toContain(
    'These are not the images of ImageNet: the values of the paper are listed for orientation only.',
  )
})

describe('a note on images', () => {
  // Only what the note reads.
  const cells = [{ failed: 0 }, { failed: 3 }] as never
  const words = (grid: Pick<Grid, 'complete' | 'measured'>) =>
    imagesNote({ images: 10, missing: 3, cells, ...grid }, 'val')

  it('does not count images that failed', () => {
    expect(words({ complete: true, measured: [{ model: 'A', least: 7, most: 10 }] })).toBe(
      'n = 7 to 10 of 10 images of val: at most 3 could not be measured under one condition.',
    )
  })

  it('names the models where their counts differ, the most first', () => {
    const measured = [
      { model: 'A', least: 0, most: 0 },
      { model: 'B', least: 10, most: 10 },
      { model: 'C', least: 3, most: 4 },
      { model: 'D', least: 0, most: 0 },
    ]
    expect(words({ complete: false, measured })).toBe(
      'n = 10 (B), 3 to 4 (C), 0 (A and D) of 10 images of val: the study is not complete.',
    )
  })

  it('does not count images that no output stands for, where answers are right or wrong', () => {
    const cell = (modelId: number, n: number) => ({
      ...{ modelId, model: modelId === 1 ? 'A' : 'B', n, failed: 0, missing: 0 },
    })
    const note = (cells: ReturnType<typeof cell>[], judges: boolean) =>
      imagesNote(
        {
          ...{ images: 10, missing: 0, complete: true, cells: cells as never },
          measured: [{ model: 'A', least: 10, most: 10 }],
        },
        'val',
        null,
        judges,
      )
    expect(note([cell(1, 7)], true)).toBe(
      'n = 7 of 10 images of val: 3 have no label that an output stands for.',
    )
    expect(note([cell(1, 9), cell(2, 10)], true)).toBe(
      'n = 10 (B), 9 (A) of 10 images of val: up to 1 has no label that an output stands for.',
    )
    expect(note([cell(1, 7)], false)).toBe('n = 10 images of val.')
  })

  it('gives no range where conditions are about other images', () => {
    expect(words({ complete: true, measured: null })).toBe(
      'n = 10 images of val; at most 3 could not be measured under one condition.',
    )
    expect(words({ complete: false, measured: null })).toBe(
      'n = 10 images of val, of which up to 3 are missing under one condition: the study is not complete.',
    )
  })
})
