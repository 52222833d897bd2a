import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { engineIs, engineWillBe, openApp, shoot, tellOfFailure, type App } from './app.ts'
import { openSample } from './prepare.ts'

let shown: App
let page: Page
beforeAll(async () => {
  shown = await openApp()
  page = shown.page
  page.setDefaultTimeout(30_000)
  await engineIs(page, 'ready')
})
afterAll(() => shown.close())
afterEach(({ task }) => tellOfFailure(shown, task))

const main = () => page.getByRole('main')
const workspace = () => path.join(shown.folder, 'Kernelscope', 'Sample')

/** Number of different colours that a canvas or picture shows. */
const coloursOf = (selector: string) =>
  page
    .locator(selector)
    .first()
    .evaluate((source) => {
      if (!(source instanceof HTMLCanvasElement || source instanceof HTMLImageElement)) return 0
      const canvas = document.createElement('canvas')
      canvas.width = canvas.height = 64
      const context = canvas.getContext('2d')
      context?.drawImage(source, 0, 0, 64, 64)
      const pixels = context?.getImageData(0, 0, 64, 64).data ?? new Uint8ClampedArray()
      return new Set(new Uint32Array(pixels.buffer)).size
    })

/** The tasks of a researcher, in this order, in one session. */
describe('in the real window, a researcher', () => {
  it('opens the sample workspace', async () => {
    await openSample(page)
    await main().getByRole('heading', { name: 'Models', level: 1 }).waitFor()
    await main()
      .getByRole('row', { name: /RepLK-3 / })
      .waitFor()
    await page
      .getByRole('button', { name: 'Jobs' })
      .filter({ hasText: 'No jobs' })
      .waitFor({ timeout: 100_000 })
    await shoot(page, 'models')
  })

  it('looks at the kernels of a model', async () => {
    await page.getByRole('navigation', { name: 'Workspace' }).getByRole('link', { name: 'RepLK-31' }).click()
    await main().getByRole('link', { name: 'Kernels' }).click()
    await main()
      .getByRole('button', { name: /31×31, 32 ch/ })
      .click()
    await main()
      .getByRole('img', { name: /distance from 0\.\d+ to 0\.\d+/ })
      .first()
      .waitFor()
    await page.locator('section[aria-label="Kernel sheet"] canvas, [role=region] canvas').first().waitFor()
    await expect
      .poll(() => coloursOf('[aria-label="Kernel sheet"] canvas'), { timeout: 20_000 })
      .toBeGreaterThan(16)
    await shoot(page, 'kernels')
  })

  it('browses the images and opens one', async () => {
    await page.getByRole('link', { name: 'Stickers-16 val' }).click()
    await main()
      .getByRole('option', { name: /^aircraft\/aircraft_000\.png/ })
      .waitFor()
    await expect.poll(() => coloursOf('[role=listbox] img'), { timeout: 20_000 }).toBeGreaterThan(16)
    await shoot(page, 'dataset')
    await main()
      .getByRole('option', { name: /^aircraft\/aircraft_001\.png/ })
      .dblclick()
    await page.getByRole('complementary', { name: 'About this image' }).waitFor()
    await expect.poll(() => coloursOf('main img'), { timeout: 20_000 }).toBeGreaterThan(16)
    await shoot(page, 'image')
    const zoom = main().getByRole('button', { name: / %$/ })
    const fit = Number.parseInt(await zoom.innerText())
    await main().getByRole('button', { name: 'Larger' }).click()
    await expect.poll(async () => Number.parseInt(await zoom.innerText())).toBeGreaterThan(fit)
  })

  it('reads the shortcuts, while the page behind them does not react', async () => {
    const here = page.url()
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await page.keyboard.press('?')
    await sheet.getByRole('heading', { name: 'On an image', exact: true }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('m')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('?')
    await sheet.waitFor({ state: 'hidden' })
    expect(page.url()).toBe(here)
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.url()).not.toBe(here)
  })

  it('runs a study over both models', async () => {
    await page.getByRole('link', { name: 'Stickers-16 val' }).first().click()
    await main().getByRole('link', { name: 'New study' }).click()
    await main()
      .getByRole('radio', { name: /^Random patch drop/ })
      .click()
    await main().getByRole('button', { name: 'Next', exact: true }).click()
    await main().getByRole('checkbox', { name: 'RepLK-3', exact: true, checked: true }).waitFor()
    const models = await main().getByRole('checkbox', { checked: true }).count()
    expect(models).toBeGreaterThanOrEqual(2)
    await main().getByRole('radio', { name: 'Per class', exact: true }).click()
    await main().getByRole('spinbutton', { name: 'Images per class' }).fill('2')
    await page.keyboard.press('Alt+PageDown')
    await main().getByRole('button', { name: 'Quick look' }).click()
    await main().getByRole('button', { name: 'Start' }).click()
    // One row for each model and share, all over two images of each of the 16 classes.
    const cells = main().getByRole('table', { name: 'Conditions' }).getByRole('row')
    await main()
      .getByRole('button', { name: `All ${4 * models} rows` })
      .click()
    await expect
      .poll(async () => (await cells.allInnerTexts()).slice(1).map((row) => /\b32\b/.test(row)), {
        timeout: 100_000,
      })
      .toEqual(Array(4 * models).fill(true))
    await main()
      .getByRole('img', { name: /^Top-1 accuracy against the share of dropped patches/ })
      .first()
      .waitFor()
    await shoot(page, 'study')
  })

  it('finds pages, studies, images and new studies in the palette, the last choice first', async () => {
    const found = page.getByRole('dialog', { name: 'Command palette' }).getByRole('option')
    const search = async (text: string, first: RegExp) => {
      await page.keyboard.press('Control+K')
      await page.getByPlaceholder(/^Search commands/).fill(text)
      await found.first().filter({ hasText: first }).waitFor()
    }
    const study = page.url()
    await search('new study noise', /^New study: Noise frequency/)
    await page.keyboard.press('Enter')
    await page.waitForURL(/studies\/new\?kind=noise-frequency/)
    await main().getByRole('button', { name: '1 What' }).click()
    await main()
      .getByRole('radio', { name: /^Noise frequency/, checked: true })
      .waitFor()
    await search('aircraft_001', /aircraft_001/)
    await page.keyboard.press('Enter')
    await page.waitForURL(/images\/\d+/)
    await page.keyboard.press('Control+K')
    await found
      .first()
      .filter({ hasText: /aircraft_001/ })
      .or(found.first().filter({ hasText: 'New study' }))
      .waitFor()
    await page.getByPlaceholder(/^Search commands/).fill('random patch drop')
    await found.filter({ hasText: 'Study, Random patch drop' }).first().click()
    await expect.poll(() => page.url()).toBe(study)
    await search('report', /^Write a report…\s*This page/)
    await page.keyboard.press('Escape')
  })

  it('finds the images behind a number', async () => {
    const lost = main().getByRole('row', { name: /^RepLK-3 .*89.8 % dropped, draw 1/ })
    await lost.click()
    const cell = page.getByRole('complementary', { name: 'Cell' })
    await cell.getByRole('radio', { name: 'Both' }).click()
    await cell.getByRole('listbox').getByRole('option').first().waitFor()
    await shoot(page, 'flips')
  })

  it('finds them from the table of a figure too, with the keyboard', async () => {
    const cell = page.getByRole('complementary', { name: 'Cell' })
    await cell.getByRole('button', { name: 'Close' }).click()
    await cell.waitFor({ state: 'hidden' })
    const figure = main().getByRole('figure').first()
    await figure.getByRole('radio', { name: 'Table' }).click()
    await figure.getByRole('row').nth(2).press('Enter')
    await cell.waitFor()
    await figure.getByRole('radio', { name: 'Chart' }).click()
  })

  it('exports the figure and its data', async () => {
    await main().getByRole('button', { name: 'Export' }).first().click()
    await page.getByRole('menuitem', { name: 'All of these' }).click()
    const files = () => {
      const folder = path.join(workspace(), 'exports')
      return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name))
    }
    const ending = (type: string) => files().find((name) => name.endsWith(type)) ?? ''
    const kinds = ['.svg', '.png', '.csv']
    await expect.poll(() => kinds.filter((type) => ending(type) !== ''), { timeout: 30_000 }).toEqual(kinds)
    expect(readFileSync(ending('.svg'), 'utf8')).toContain('<svg')
    expect(readFileSync(ending('.png')).subarray(1, 4).toString()).toBe('PNG')
    expect(readFileSync(ending('.csv'), 'utf8')).toContain('RepLK-31')
  })

  it('removes the dataset with its studies, and takes that back', async () => {
    const names = page.getByRole('navigation', { name: 'Workspace' })
    const study = names.getByRole('link', { name: /^Random patch drop/ }).first()
    await study.waitFor()
    await names.getByRole('link', { name: 'Stickers-16 val' }).click()
    await main().getByRole('heading', { name: 'Stickers-16 val', level: 1 }).waitFor()
    await main().getByRole('button', { name: 'More about this dataset' }).click()
    await page.getByRole('menuitem', { name: 'Remove from workspace…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await study.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await main().getByRole('heading', { name: 'Stickers-16 val', level: 1 }).waitFor()
    await study.click()
    await main().getByText('What was used').first().waitFor()
  })

  it('finds the work unchanged after the engine was killed', async () => {
    const down = await engineWillBe(page, 'down')
    await page.evaluate(() => window.kernelscope.restartEngine())
    await down()
    await engineIs(page, 'ready')
    await page.getByRole('link', { name: /^Models/ }).click()
    await main()
      .getByRole('row', { name: /RepLK-31 / })
      .waitFor()
  })

  it('finds no telemetry of ONNX Runtime in the home folder', () => {
    expect(readdirSync(shown.folder)).toContain('Kernelscope')
    expect(
      readdirSync(shown.folder, { recursive: true }).filter((name) => /onnxruntime/i.test(String(name))),
    ).toEqual([])
  })

  it('has seen no error of the page', () => {
    expect(shown.complaints).toEqual([])
  })
})
