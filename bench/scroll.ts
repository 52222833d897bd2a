/**
 * The dataset browser of the app with a million images: time until the first page and a first filter are shown, memory
 * of the renderer, and frame times while scrolling. The images are 1,000 names in 1,000 folders that are links to one
 * folder, with facts of two models, in a workspace that is made here. With milliseconds the engine is behind a line that takes
 * so long from here to there and back. Needs a built app and about 3 GB.
 * Run: node bench/scroll.ts [images] [milliseconds]
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { generator } from '#shared/random.ts'
import { createEngine } from '#engine/api/index.ts'
import { ensureDisplay } from '../scripts/display.ts'
import { engineIs, openApp } from '../tests/e2e/app.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../tests/engine/studies/sample.ts'
import { addFunctions } from '#engine/workspace/functions.ts'
import { FactBatch, factWriter } from '#engine/workspace/index.ts'
import { delayedSsh } from './farSsh.ts'
import { plantedFact } from './plantedFact.ts'
import { report } from './report.ts'

const images = Number(process.argv[2] ?? 1_000_000)
const roundTripMs = Number(process.argv[3] ?? 0)
const perFolder = 1000
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))
const workspace = join(folder, 'workspace')

/** Makes a workspace whose two models have run on one image, so that their variants are stored. */
async function begin(): Promise<void> {
  const engine = await createEngine()
  const { client } = engine
  await client.workspace.create({ path: workspace })
  const datasetId = await addDataset(client, sampleImages(join(folder, 'small'), 1))
  const modelIds = []
  for (const name of ['replk31', 'replk3'])
    modelIds.push((await client.models.add({ path: sampleModel(name) })).id)
  await runStudy(client, { kind: 'clean-accuracy', modelIds, datasetId })
  await engine.close()
}

/** Makes folders with a million names for a thousand files. */
function plantFiles(): { root: string; files: { name: string; bytes: number; mtime: number }[] } {
  const root = join(folder, 'images')
  const real = join(folder, 'real')
  mkdirSync(root)
  mkdirSync(real)
  const small = join(folder, 'small', 'images')
  const sources = readdirSync(small).flatMap((name) =>
    readdirSync(join(small, name)).map((file) => join(small, name, file)),
  )
  const files = Array.from({ length: perFolder }, (_, at) => {
    const name = `image_${String(at).padStart(4, '0')}.png`
    cpSync(sources[at % sources.length] ?? '', join(real, name))
    const { size, mtimeMs } = statSync(join(real, name))
    return { name, bytes: size, mtime: Math.round(mtimeMs) }
  })
  for (let k = 0; k < images / perFolder; k++) symlinkSync(real, join(root, folderName(k)))
  return { root, files }
}

const folderName = (k: number) => `class_${String(k).padStart(4, '0')}`

function plantRows({ root, files }: ReturnType<typeof plantFiles>): void {
  const db = new Database(join(workspace, 'workspace.sqlite'))
  addFunctions(db)
  db.pragma('synchronous = OFF')
  const variants = db
    .prepare<[], { id: number }>('SELECT DISTINCT variant_id AS id FROM prediction ORDER BY 1')
    .all()
  const condition = db.prepare('SELECT DISTINCT condition_id FROM prediction').pluck().get()
  db.prepare(
    `INSERT INTO dataset (id, title, path, layout, recognised, state, added_at) VALUES (99, 'A million', ?, 'folders', 'folders', 'ready', 0)`,
  ).run(root)
  const random = generator('bench', 0)
  const className = db.prepare('INSERT INTO class (dataset_id, idx, name) VALUES (99, ?, ?)')
  const example = db.prepare('INSERT INTO example VALUES (?, ?, ?)')
  const image = db.prepare('INSERT INTO image VALUES (?, 99, ?, ?, NULL, ?, ?, ?, 96, 96, NULL, 1)')
  const write = factWriter(db)
  const batch = new FactBatch()
  const digest = Buffer.alloc(32, 7)
  db.transaction(() => {
    for (let k = 0; k < images; k++) {
      const id = 1_000_000 + k
      const [at, file] = [Math.floor(k / perFolder), files[k % perFolder]]
      if (k % perFolder === 0) className.run(at, folderName(at))
      digest.writeUInt32LE(k)
      example.run(id, digest, folderName(at))
      image.run(id, `${folderName(at)}/${file?.name}`, at, id, file?.bytes ?? 0, file?.mtime ?? 0)
      for (const variant of variants) {
        const rank = random.uniform() < 0.8 ? 1 : 2
        const confidence = random.uniform()
        const second = (1 - confidence) * random.uniform()
        batch.add(
          { variantId: variant.id, conditionId: Number(condition), exampleId: id },
          plantedFact(random.integer(16), rank, confidence, second),
        )
      }
      if (batch.length < 2 ** 14 && k < images - 1) continue
      write(batch)
      batch.clear()
    }
  })()
  db.close()
}

const quantile = (sorted: readonly number[], q: number) => sorted[Math.floor(q * (sorted.length - 1))] ?? 0

await begin()
plantRows(plantFiles())
const endDisplay = await ensureDisplay()
const endLine = roundTripMs > 0 ? delayedSsh(folder, roundTripMs) : () => undefined
const shown = await openApp([roundTripMs > 0 ? `ssh://bench${workspace}` : workspace])
try {
  const { page, app } = shown
  page.setDefaultTimeout(300_000)
  await engineIs(page, 'ready', 60_000)
  await page.locator('#main').getByRole('heading').first().waitFor()
  await page.setViewportSize({ width: 1440, height: 900 })
  const memory = async () => {
    const metrics = await app.evaluate(({ app: shell }) => shell.getAppMetrics())
    const tab = metrics.find(({ type }) => type === 'Tab')
    return Math.round((tab?.memory.workingSetSize ?? 0) / 1024)
  }
  const before = await memory()
  const grid = page.locator('#main').getByRole('listbox', { name: 'Images of A million' })
  /**
   * Measures milliseconds of each frame while the grid scrolls by `step` pixels per frame, sorted, and after that until every
   * picture in view is shown.
   */
  const frames = (step: number, seconds: number) =>
    grid.evaluate(
      async (scroller, asked) => {
        const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
        const within = scroller.getBoundingClientRect()
        const missing = () =>
          [...scroller.querySelectorAll('[role=option]')].some((cell) => {
            const { top, bottom } = cell.getBoundingClientRect()
            const picture = cell.querySelector('img')
            const there = picture?.complete === true && picture.naturalWidth > 0
            return bottom > within.top && top < within.bottom && !there
          })
        const times: number[] = []
        let last = await frame()
        const end = last + 1000 * asked.seconds
        while (last < end) {
          scroller.scrollTop += asked.step
          const now = await frame()
          times.push(now - last)
          last = now
        }
        const stopped = performance.now()
        // What the last step shows is drawn by the next frame.
        do await frame()
        while (missing() && performance.now() - stopped < 60_000)
        return { times: times.slice(1).sort((a, b) => a - b), pictures: performance.now() - stopped }
      },
      { step, seconds },
    )
  const opened = Date.now()
  await page.evaluate(() => {
    location.hash = '/datasets/99'
  })
  await grid.getByRole('option').first().waitFor()
  const firstPage = Date.now() - opened
  /** Waits until every picture in view is shown; returns milliseconds, by the clock of the page. */
  const pictures = async () => (await frames(0, 0)).pictures
  const firstPictures = firstPage + (await pictures())
  await page
    .getByRole('button', { name: /right, .* wrong/ })
    .first()
    .waitFor()

  /** Measures milliseconds from a click until the number of images changes, with the clock of the page. */
  const filtered = (name: RegExp) =>
    page.evaluate(async (source) => {
      const count = () =>
        document.querySelector('[role=search] [aria-live=polite]')?.textContent?.split(' of ')[0]?.trim() ??
        ''
      const button = [...document.querySelectorAll('#main button')].find((own) =>
        new RegExp(source).test(own.getAttribute('aria-label') ?? own.textContent ?? ''),
      )
      if (!(button instanceof HTMLElement)) throw new Error(`no button ${source}`)
      const old = count()
      const start = performance.now()
      button.click()
      while (count() === old) {
        if (performance.now() - start > 120_000) throw new Error(`the count stayed ${old}`)
        await new Promise((resolve) => requestAnimationFrame(resolve))
      }
      return { milliseconds: performance.now() - start, count: count().trim() }
    }, name.source)
  const first = await filtered(/right, .* wrong/)
  const clear = await filtered(/^Drop: /)
  const second = await filtered(/right, .* wrong/)

  await page.evaluate(() => {
    location.hash = '/datasets/99'
  })
  await grid.getByRole('option').first().waitFor()
  const still = await frames(0, 3)
  const slow = await frames(20, 8)
  const fast = await frames(2000, 8)
  const after = await memory()
  const rows = [
    ['still', still.times],
    ['20 px a frame', slow.times],
    ['2000 px a frame', fast.times],
  ] as const
  const notes = {
    images: String(images),
    'round trip (ms)': String(roundTripMs),
    'first page, with its pictures (ms)': `${firstPage}, ${firstPictures.toFixed(0)}`,
    'pictures in view after the slow and the fast scroll (ms)': [slow, fast]
      .map((run) => run.pictures.toFixed(0))
      .join(', '),
    'first filter (ms, count)': `${first.milliseconds.toFixed(0)}, ${first.count}`,
    'cleared (ms)': clear.milliseconds.toFixed(0),
    'the filter again (ms)': second.milliseconds.toFixed(0),
    'renderer (MiB, before and after)': `${before}, ${after}`,
    ...Object.fromEntries(
      rows.map(([name, times]) => [
        `frames ${name} (ms: median, p95, longest)`,
        [quantile(times, 0.5), quantile(times, 0.95), quantile(times, 1)].map((t) => t.toFixed(1)).join(', '),
      ]),
    ),
  }
  console.log(notes)
  report(
    roundTripMs > 0 ? 'scroll over a line' : 'scroll',
    'frames',
    rows.map(([name, times]) => ({
      name,
      perSecond: (1000 * times.length) / times.reduce((a, b) => a + b, 0),
    })),
    notes,
  )
} finally {
  await shown.close()
  endLine()
  endDisplay()
  rmSync(folder, { recursive: true, force: true })
}
