import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { makeMinerals, type World } from '../minerals/make.ts'
import { temporaryFolderOfFile } from '../temporary.ts'
import { engineIs, openApp, shoot, tellOfFailure, type App } from './app.ts'
import { dropsOn } from './drops.ts'
import { command, goTo, nothingRuns } from './prepare.ts'

let shown: App
let page: Page
let world: World
const home = temporaryFolderOfFile()
const main = () => page.getByRole('main')
const { drop } = dropsOn(() => page)
const kept = () => path.join(home, 'kept')

beforeAll(async () => {
  world = await makeMinerals(home, 4)
  shown = await openApp()
  page = shown.page
  page.setDefaultTimeout(30_000)
  await page.setViewportSize({ width: 1280, height: 800 })
  await engineIs(page, 'ready')
}, 240_000)
afterAll(() => shown.close())
afterEach(({ task }) => tellOfFailure(shown, task))

/** Answers the next choices of files and folders. */
const choose = (chosen: string) =>
  shown.app.evaluate(({ dialog }, file) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [file] })
  }, chosen)

/** Sets up a study with one image of each class and starts it. */
async function start(kind: string, needsImages = true) {
  await goTo(page, `/studies/new?kind=${kind}&step=on`)
  if (needsImages) {
    await main().getByRole('radio', { name: 'Per class', exact: true }).click()
    await main().getByRole('spinbutton', { name: 'Images per class' }).fill('1')
  }
  await main().getByRole('button', { name: 'Start', exact: true }).click()
  await page.waitForURL(/studies\/\d+/)
}

/** One path from files that no one here made to a figure in a paper, on a world that shares nothing with the sample. */
describe('with own models and own images, a newcomer', () => {
  it('drops them on the welcome page and sees them', async () => {
    await drop([...world.models, world.images])
    await main().getByRole('heading', { name: 'minerals' }).waitFor()
    await nothingRuns(page)
    await page.getByRole('status').filter({ hasText: 'Not kept yet.' }).waitFor()
    await shoot(page, 'newcomer dataset')
  })

  it('is told that labels are missing and that preprocessing is a guess', async () => {
    await goTo(page, '/models')
    await main().getByText('3 models of 9 outputs have no labels.').waitFor()
    await main().getByText('in alphabetical order, which is a guess').waitFor()
    await expect.poll(() => main().getByText('assumed', { exact: true }).count()).toBe(3)
    await shoot(page, 'newcomer models')
  })

  it('gives all models the labels of a file, and matches what is spelled in another way', async () => {
    await goTo(page, '/models/1/preprocessing')
    await main()
      .getByRole('checkbox', { name: /^For all 3 models/ })
      .click()
    await choose(world.labels)
    await main().getByRole('button', { name: 'From a file…' }).click()
    const fits = main().getByRole('list', { name: 'Labels by dataset' })
    await fits.getByText('0 of 9 classes').waitFor()
    await fits.getByRole('button', { name: 'Match 7 of them by spelling' }).click()
    await fits.getByText('7 of 9 classes').waitFor()
    await fits.getByRole('button', { name: 'Match the classes of minerals' }).click()
    const editor = page.getByRole('dialog', { name: 'Classes of minerals' })
    await editor.getByRole('button', { name: 'Take 2 by near names' }).click()
    await shoot(page, 'newcomer labels')
    await editor.getByRole('button', { name: 'Save' }).click()
    for (const model of [1, 2, 3]) {
      await goTo(page, `/models/${model}/preprocessing`)
      await fits.getByText('9 of 9 classes').waitFor()
    }
  })

  it('tries preprocessings and takes the best', async () => {
    for (const model of [1, 2, 3]) {
      await goTo(page, `/models/${model}/preprocessing`)
      await main().getByRole('button', { name: 'Try', exact: true }).click()
    }
    await nothingRuns(page)
    for (const model of [1, 2, 3]) {
      await goTo(page, `/models/${model}/preprocessing`)
      await main()
        .getByRole('button', { name: /^(Use the best|Confirm)$/ })
        .first()
        .click()
      await main()
        .getByText(/chosen in a trial/)
        .waitFor()
    }
    await shoot(page, 'newcomer trial')
  })

  it('keeps it all in a workspace', async () => {
    await page.getByRole('button', { name: 'Keep in a workspace…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Keep in a workspace' })
    await choose(kept())
    await dialog.getByRole('button', { name: 'Choose a folder…' }).click()
    await dialog.waitFor({ state: 'hidden' })
  })

  it('runs the experiments of the paper', async () => {
    for (const kind of [
      'clean-accuracy',
      'random-patch-drop',
      'adversarial',
      'lesion',
      'noise-frequency',
      'kernel-size',
      'attention-distance',
      'feature-variance',
    ])
      await start(kind)
    await start('kernel-attention', false)
    await nothingRuns(page, 400_000)
    await goTo(page, '/studies')
    const rows = main().getByRole('row').filter({ hasText: 'minerals' })
    await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(8)
    await expect
      .poll(() =>
        main()
          .getByText(/incomplete|failed/i)
          .count(),
      )
      .toBe(0)
    await shoot(page, 'newcomer studies')
  })

  it('composes a figure of two studies and exports it, and a table for LaTeX', async () => {
    await command(page, 'New figure')
    await page.waitForURL(/figures\/\d+/)
    for (const title of ['Random patch drop', 'Lesion study']) {
      await main().getByRole('button', { name: /^Add/ }).first().click()
      const dialog = page.getByRole('dialog', { name: 'Add a panel' })
      await dialog.getByRole('combobox', { name: 'Study' }).click()
      await page
        .getByRole('option', { name: new RegExp(`^${title}`) })
        .first()
        .click()
      await dialog.getByRole('listitem').first().getByRole('button').click()
      await dialog.waitFor({ state: 'hidden' })
    }
    await shoot(page, 'newcomer figure')
    await main().getByRole('button', { name: 'Export', exact: true }).click()
    await page
      .getByRole('dialog', { name: /^Export/ })
      .getByRole('button', { name: 'Write' })
      .click()
    const files = () =>
      readdirSync(path.join(kept(), 'exports'), { recursive: true, encoding: 'utf8' }).map((name) =>
        path.join(kept(), 'exports', name),
      )
    const written = (ending: string) => files().filter((name) => name.endsWith(ending))
    await expect.poll(() => written('.pdf').length, { timeout: 30_000 }).toBeGreaterThan(0)
    await goTo(page, '/studies/1')
    await main().getByRole('heading', { name: 'Clean accuracy' }).first().waitFor()
    await command(page, 'Export tables')
    await expect.poll(() => written('.tex').length, { timeout: 30_000 }).toBeGreaterThan(0)
    const table = written('.tex')
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n')
    for (const model of ['quarry-k13', 'quarry-k3', 'lode-vit']) expect(table).toContain(model)
    // Nothing rests on a guess any more.
    expect(table).not.toContain('assumed')
  })

  it('has seen no error of the page', () => {
    expect(shown.complaints).toEqual([])
  })
})
