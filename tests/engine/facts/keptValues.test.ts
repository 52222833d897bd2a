import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { imageList } from '#engine/facts/imageList.ts'
import { countImages, keepValuesIn, keptText } from '#engine/facts/index.ts'
import { openSummaries, type Summaries } from '#engine/studies/images/summaries.ts'
import { createWorkspace, readWorkspace, type Db } from '#engine/workspace/index.ts'
import { temporaryFolder } from '../../temporary.ts'

const source = { datasetId: 1, selectedFor: null }
const images = 12_000

function withImages(folder: string): Db {
  const workspace = createWorkspace(folder)
  onTestFinished(() => workspace.close())
  const { db } = workspace
  db.exec(`INSERT INTO dataset (id, title, path, layout, recognised, state, added_at)
    VALUES (1, 'd', '/d', 'folders', 'folders', 'ready', 0)`)
  const example = db.prepare("INSERT INTO example (id, digest, class) VALUES (?, ?, 'c')")
  db.transaction(() => {
    // Every other example, so that the list is no run.
    for (let at = 0; at < images; at++) example.run(2 * at + 1, Buffer.from(String(at)))
    for (let at = 0; at < images; at++) addImage(db, at)
  })()
  return db
}

function addImage(db: Db, at: number): void {
  db.prepare(
    `INSERT INTO image (dataset_id, name, class_idx, example_id, bytes, mtime, generation) VALUES (1, ?, ?, ?, 1, 0, 1)`,
  ).run(`${at}.png`, at % 7, 2 * at + 1)
}

/** A connection of a program that was started later, with the file of kept values. */
function laterStart(folder: string): { db: Db; kept: Summaries } {
  const { db, close } = readWorkspace(folder)
  const kept = openSummaries(join(folder, 'summaries.sqlite'))
  keepValuesIn(db, kept.db)
  onTestFinished(() => {
    kept.close()
    close()
  })
  return { db, kept }
}

it('a list, a count and a text of images are kept for the next start until the images change, and not believed where damaged', () => {
  const folder = join(temporaryFolder(), 'workspace')
  const own = withImages(folder)
  const wanted = imageList(own, source)
  expect(wanted.examples.subarray(0, 3)).toEqual(Uint32Array.of(1, 3, 5))
  const first = laterStart(folder)
  expect(imageList(first.db, source)).toEqual(wanted)
  expect(countImages(first.db, source)).toBe(images)
  expect(keptText(first.db, source, 'a text', () => 'made')).toBe('made')

  // The next start takes what was kept: nothing is made.
  const next = laterStart(folder)
  expect(imageList(next.db, source)).toEqual(wanted)
  expect(countImages(next.db, source)).toBe(images)
  expect(keptText(next.db, source, 'a text', () => 'made again')).toBe('made')
  const names = next.kept.db.prepare<[], string>('SELECT name FROM kept_value ORDER BY name').pluck().all()
  expect(names.map((name) => name.split(' [')[0])).toEqual(['a text', 'count', 'images'])

  next.kept.db.exec('UPDATE kept_value SET value = zeroblob(length(value))')
  const damaged = laterStart(folder)
  expect(imageList(damaged.db, source)).toEqual(wanted)
  expect(countImages(damaged.db, source)).toBe(images)
  expect(keptText(damaged.db, source, 'a text', () => 'made again')).toBe('made again')

  own
    .prepare('INSERT INTO example (id, digest, class) VALUES (?, ?, ?)')
    .run(2 * images + 1, Buffer.from('new'), 'c')
  addImage(own, images)
  for (const { db } of [damaged, laterStart(folder)]) {
    expect(imageList(db, source).examples.at(-1)).toBe(2 * images + 1)
    expect(countImages(db, source)).toBe(images + 1)
    expect(keptText(db, source, 'a text', () => 'made at last')).toBe('made at last')
  }
})
