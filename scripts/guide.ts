/**
 * `npm run guide`: starts the app on the sample, asks some of the paper's questions, and takes a screenshot of every page
 * in both themes for docs/guide, then of the way from own files to a figure. It takes some minutes. `--no-build` uses the last build of the app.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import type { Page } from 'playwright-core'
import { engineIs, openApp } from '../tests/e2e/app.ts'
import { pagesOf, visit } from '../tests/e2e/pages.ts'
import { steps } from '../tests/e2e/ownData.ts'
import { command, goTo, nothingRuns, prepare } from '../tests/e2e/prepare.ts'
import { makeMinerals } from '../tests/minerals/make.ts'
import { ensureDisplay } from './display.ts'
import { root, tool } from './run.ts'

const pictures = path.join(root, 'docs/guide/pictures')
const size = { width: 1280, height: 800 }
/** The question whose study is shown, and others that fill the ranking. */
const shownQuestion = 'Random occlusion'
const otherQuestions = ['More large-kernel nets', 'ImageNet-A', 'ImageNet-R', 'ImageNet-9']
const minutes = 60_000
const missing: string[] = []

async function shoot(page: Page, name: string) {
  await page.locator('figure').getByText('Computing', { exact: true }).first().waitFor({ state: 'detached' })
  // By then charts, canvases and thumbnails have been rendered completely.
  await page.waitForTimeout(1200)
  const png = await page.screenshot({ animations: 'disabled' })
  await sharp(png)
    .resize(size.width)
    .webp({ quality: 78, effort: 6, smartSubsample: true })
    .toFile(path.join(pictures, `${name}.webp`))
  console.log(`guide: ${name}`)
}

async function ask(page: Page, title: string) {
  await goTo(page, '/questions')
  await page
    .locator('#main')
    .getByRole('button', { name: `Run: ${title}` })
    .click({ timeout: 2 * minutes })
  await page.waitForURL(/studies\/\d+/)
  await nothingRuns(page, 10 * minutes)
}

/** Composes a figure for a screenshot: panel (a) from a study's figure, panel (b) with kernels of a model. */
async function compose(page: Page, study: number): Promise<number> {
  const main = page.locator('#main')
  await goTo(page, `/studies/${study}`)
  await main.getByRole('button', { name: 'Export' }).first().click()
  await page.getByRole('menuitem', { name: 'Compose a figure' }).click()
  await page.waitForURL(/figures\/\d+/)
  await main.getByRole('button', { name: 'Add', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a panel' })
  await dialog.getByRole('radio', { name: 'Kernels of a model' }).click()
  await dialog
    .getByRole('button', { name: /attention distance/i })
    .first()
    .click()
  await main.getByText('(b)').first().waitFor()
  return Number(/figures\/(\d+)/.exec(page.url())?.[1] ?? 0)
}

/** A receptive field is computed on demand. */
async function compute(page: Page) {
  const main = page.locator('#main')
  await main.getByRole('button', { name: 'Compute' }).first().click()
  await main.getByRole('button', { name: 'Export' }).waitFor()
}

async function takePictures(page: Page) {
  page.setDefaultTimeout(2 * minutes)
  await page.setViewportSize(size)
  await engineIs(page, 'ready', minutes)
  await shoot(page, 'welcome-light')
  const ids = await prepare(page, shownQuestion)
  for (const title of otherQuestions) await ask(page, title)
  ids.figure = await compose(page, ids.study)
  for (const theme of ['light', 'dark'] as const) {
    await command(page, `Theme: ${theme}`)
    await goTo(page, '/models')
    await shoot(page, `tour-${theme}`)
    await page.getByRole('button', { name: 'Close the tour' }).click()
    for (const place of pagesOf(ids)) {
      // If one page does not load, the screenshots of the others are still taken.
      await visit(page, place).catch((error: unknown) =>
        missing.push(`${place.name}-${theme}: ${String(error)}`),
      )
      if (place.name === 'model-receptive-field') await compute(page)
      await shoot(page, `${place.name}-${theme}`)
    }
    await command(page, 'Tour')
  }
}

/** Walks from own files to a figure, with a picture of each stop in both themes. */
async function walkOwnData() {
  const home = mkdtempSync(path.join(tmpdir(), 'kernelscope-guide-'))
  const shown = await openApp()
  const { app, page } = shown
  page.setDefaultTimeout(2 * minutes)
  await page.setViewportSize(size)
  await engineIs(page, 'ready', minutes)
  const both = async (name: string) => {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme })
      await shoot(page, `${name}-${theme}`)
    }
  }
  try {
    const world = await makeMinerals(home, 12)
    for (const { run } of steps) await run({ app, page, world, kept: path.join(home, 'kept'), shoot: both })
  } finally {
    await shown.close()
    rmSync(home, { recursive: true, force: true })
  }
}

if (!process.argv.includes('--no-build')) {
  const built = await tool('electron-vite', 'build', '--logLevel', 'warn')
  if (built !== 0) process.exit(built)
}
mkdirSync(pictures, { recursive: true })
const endDisplay = await ensureDisplay()
const shown = await openApp()
try {
  await takePictures(shown.page).finally(() => shown.close())
  await walkOwnData()
} finally {
  endDisplay()
}
if (missing.length > 0) {
  console.error(`guide: pages that did not load:\n${missing.join('\n')}`)
  process.exitCode = 1
}
