/**
 * Pages of the app whose engine is on another machine, with 100 ms from here to there and back: time from the change of the
 * address until the page has settled, at its first visit, beside the same without a delay. The difference,
 * divided by the round trip, is how many round trips follow each other. Needs a built app.
 * Run: node bench/remote.ts [milliseconds] [names of pages]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { createEngine } from '#engine/api/index.ts'
import { ensureDisplay } from '../scripts/display.ts'
import { openApp } from '../tests/e2e/app.ts'
import { pagesOf, type Ids, type PageOfApp } from '../tests/e2e/pages.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../tests/engine/studies/sample.ts'
import { delayedSsh } from './farSsh.ts'
import { report } from './report.ts'

const [, , milliseconds = '100', ...chosen] = process.argv
const roundTripMs = Number(milliseconds)
const folder = mkdtempSync(join(tmpdir(), 'ks-bench-'))
const workspace = join(folder, 'workspace')

/** Pages that need more than this workspace has, or that show the engine of this machine. */
const leftOut = ['bundle', 'figure', 'paper', 'study-image', 'study-images']

async function begin(): Promise<Ids> {
  const engine = await createEngine()
  const { client } = engine
  await client.workspace.create({ path: workspace })
  const dataset = await addDataset(client, sampleImages(join(folder, 'small'), 4))
  const models: number[] = []
  for (const name of ['replk31', 'replk3', 'vit'])
    models.push((await client.models.add({ path: sampleModel(name) })).id)
  const [model = 0, other = 0, vit = 0] = models
  const study = await runStudy(client, {
    kind: 'clean-accuracy',
    modelIds: [model, other],
    datasetId: dataset,
  })
  await engine.close()
  return {
    model,
    other,
    vit,
    dataset,
    image: 1,
    study: study.id,
    imageStudy: study.id,
    studyImage: 1,
    figure: 1,
  }
}

/**
 * Milliseconds, by the clock of the page, from the change of the address until the last change of the page: text, parts and
 * pictures that were loaded. It has settled when nothing changed for 0.6 s.
 */
const timeOf = (page: Page, { name, address, shows }: PageOfApp): Promise<number> =>
  page.evaluate(
    async ([route, hash, text]) => {
      const settledMs = 600
      const main = document.querySelector('#main') ?? document.body
      const start = performance.now()
      let last = start
      const changed = () => void (last = performance.now())
      const changes = new MutationObserver(changed)
      changes.observe(main, { childList: true, subtree: true, characterData: true })
      main.addEventListener('load', changed, true)
      location.hash = hash
      const shown = () =>
        document.querySelector(`#main > [data-page="${route}"]`)?.textContent?.includes(text) === true
      while (!shown() || performance.now() - last < settledMs) {
        if (performance.now() - start > 15_000) last = NaN
        if (Number.isNaN(last)) break
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      changes.disconnect()
      main.removeEventListener('load', changed, true)
      return last - start
    },
    [name, address, typeof shows === 'string' ? shows : ''] as const,
  )

/** Times of all pages at a first visit. */
async function measure(ms: number, pages: readonly PageOfApp[]) {
  const end = delayedSsh(folder, ms)
  const shown = await openApp([`ssh://bench${workspace}`])
  try {
    const { page } = shown
    page.setDefaultTimeout(60_000)
    await page.getByText(/^bench, \d+ ms/).waitFor()
    const times = new Map<string, number>()
    for (const one of pages) {
      const time = await timeOf(page, one)
      times.set(one.name, time)
      console.log(`${String(ms).padStart(4)} ms away: ${one.name} ${time.toFixed(0)} ms`)
    }
    return times
  } finally {
    await shown.close()
    end()
  }
}

const ids = await begin()
/** What pages show here in place of the sample's names. */
const own: Record<string, string> = { datasets: 'images', dataset: 'images', studies: 'Clean accuracy' }
const pages = pagesOf(ids)
  .filter(({ name }) => (chosen.length > 0 ? chosen.includes(name) : !leftOut.includes(name)))
  .map((page) => ({ ...page, shows: own[page.name] ?? page.shows }))
const endDisplay = await ensureDisplay()
try {
  const near = await measure(0, pages)
  const far = await measure(roundTripMs, pages)
  const rows = pages.map(({ name }) => {
    const [here = NaN, there = NaN] = [near.get(name), far.get(name)]
    const trips = ((there - here) / roundTripMs).toFixed(1)
    const cells = [here, there].map((time) => time.toFixed(0).padStart(6)).join(' ')
    console.log(`${name.padEnd(24)} ${cells} ms  ${trips.padStart(5)} round trips`)
    return { name, perSecond: 1000 / there, ratio: here / there }
  })
  report('remote', 'pages', rows, { 'round trip (ms)': String(roundTripMs) })
} finally {
  endDisplay()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
