import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { root } from '../../scripts/run.ts'
import { engineIs, openApp, shoot, tellOfFailure, type App } from './app.ts'
import { barriers } from './axe.ts'
import { dropsOn } from './drops.ts'
import { command, goTo, nothingRuns, smallStudy } from './prepare.ts'

const home = mkdtempSync(path.join(os.tmpdir(), 'kernelscope-first-'))
const model = path.join(home, 'Ünser Netz.onnx')
const images = path.join(home, 'our images')
const empty = path.join(home, 'empty')
const kept = path.join(home, 'kept')

let shown: App
let page: Page
const main = () => page.getByRole('main')
const notKept = () => page.getByRole('status').filter({ hasText: 'Not kept yet.' })
const { drop } = dropsOn(() => page)

async function start(args: string[] = []) {
  shown = await openApp(args, home)
  page = shown.page
  page.setDefaultTimeout(30_000)
  await page.setViewportSize({ width: 1280, height: 800 })
  await engineIs(page, 'ready')
}
/** Answers the next choice of a folder. */
const choose = (folder: string) =>
  shown.app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, folder)
const unkept = () => readdirSync(path.join(home, 'user', 'unkept'))

beforeAll(async () => {
  for (const ending of ['.onnx', '.json'])
    cpSync(path.join(root, `resources/sample/models/replk3${ending}`), model.replace('.onnx', ending))
  mkdirSync(empty)
  cpSync(path.join(root, 'resources/sample/suites/val'), images, { recursive: true })
  await start([model])
}, 200_000)
afterAll(async () => {
  await shown.close()
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
})
afterEach(({ task }) => tellOfFailure(shown, task))

describe('without a workspace', () => {
  it('inspects a model that is given at the start', async () => {
    await page.waitForURL(/models\/1\/overview/)
    await notKept().waitFor()
    for (const [tab, shows] of [
      ['Kernels', /3×3/],
      ['Layers', /layers/],
      ['Preprocessing', /Interpolation/],
    ] as const) {
      await main().getByRole('link', { name: tab, exact: true }).click()
      await main().getByText(shows).first().waitFor()
    }
    expect(await barriers(page)).toEqual([])
    await shoot(page, 'first unkept')
  })

  it('forgets it without a question, since nothing was measured', async () => {
    await notKept().getByRole('button', { name: 'Discard' }).click()
    await main().getByRole('heading', { name: 'Kernelscope' }).waitFor()
    await expect.poll(unkept).toEqual([])
    await shoot(page, 'first welcome')
  })

  it('says what cannot be opened, and opens nothing', async () => {
    await drop([path.join(images, 'cat', 'cat_000.png')])
    await page.getByText('cat_000.png cannot be opened by itself').first().waitFor()
    expect(await main().getByRole('heading', { name: 'Kernelscope' }).isVisible()).toBe(true)
    await drop([empty])
    await page
      .getByText(/no images in the folder/)
      .first()
      .waitFor()
    await main().getByRole('heading', { name: 'Kernelscope' }).waitFor()
    await expect.poll(unkept).toEqual([])
  })

  it('opens a dropped model and a folder of images together, and measures', async () => {
    await drop([model, images])
    await main().getByRole('heading', { name: 'our images' }).waitFor()
    await nothingRuns(page)
    const study = await smallStudy(page, 1)
    await goTo(page, `/studies/${study}`)
    await main().getByRole('heading', { name: 'Random patch drop' }).first().waitFor()
    await notKept()
      .getByText(/1 study, .* predictions/)
      .waitFor()
  })

  it('asks before what was measured is left', async () => {
    await command(page, 'Close workspace')
    const asked = page.getByRole('dialog', { name: 'Leave without keeping?' })
    await asked.getByText(/1 study/).waitFor()
    expect(await barriers(page)).toEqual([])
    await shoot(page, 'first leave')
    await asked.getByRole('button', { name: 'Cancel' }).click()
    await asked.waitFor({ state: 'hidden' })
    await notKept().waitFor()
  })

  it('loses nothing when the window is closed, and opens at the last page', async () => {
    const url = page.url()
    await shown.close()
    await start()
    await page.waitForURL(url)
    await notKept().waitFor()
  })

  it('moves all of it into the workspace that is chosen', async () => {
    const url = page.url()
    await notKept().getByRole('button', { name: 'Keep in a workspace…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Keep in a workspace' })
    await shoot(page, 'first keep')
    await choose(kept)
    await dialog.getByRole('button', { name: 'Choose a folder…' }).click()
    await dialog.getByRole('button', { name: 'Keep', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    await notKept().waitFor({ state: 'hidden' })
    expect(existsSync(path.join(kept, 'workspace.sqlite'))).toBe(true)
    expect(unkept()).toEqual([])
    expect(page.url()).toBe(url)
    await main().getByRole('table', { name: 'Conditions' }).getByRole('row').nth(1).waitFor()
  })

  it('opens a remembered page that is gone at the best page there is', async () => {
    await goTo(page, '/studies/1?view=table')
    await page.waitForURL(/studies\/1\?/)
    await page.evaluate(() =>
      localStorage.setItem(
        'kernelscope.lastPages',
        (localStorage.getItem('kernelscope.lastPages') ?? '').replace('/studies/1?', '/studies/999?'),
      ),
    )
    await page.evaluate(() => {
      // Without the router, which would leave for a page of its own while the window is loaded again.
      history.replaceState(null, '', location.pathname)
      location.reload()
    })
    await page.waitForURL(/studies\/1$/)
  })

  it('opens a dropped workspace', async () => {
    await command(page, 'Close workspace')
    await main().getByRole('heading', { name: 'Kernelscope' }).waitFor()
    await drop([kept])
    await page.waitForURL(/studies\/1/)
  })
})

describe('the sample workspace', () => {
  it('tells at once what is done, and can be cancelled', async () => {
    await command(page, 'Close workspace')
    await page.getByRole('button', { name: /^Open the sample workspace/ }).click()
    const opening = page.getByRole('dialog', { name: 'Opening the sample workspace' })
    await opening.getByText(/of [\d,]+ files/).waitFor()
    await shoot(page, 'first sample')
    await opening.getByRole('button', { name: 'Cancel' }).click()
    await opening.waitFor({ state: 'hidden' })
    await main().getByRole('heading', { name: 'Kernelscope' }).waitFor()
  })

  it('lands on its images, and so does the tour', async () => {
    await page.getByRole('button', { name: /^Open the sample workspace/ }).click()
    await page.waitForURL(/datasets\/\d+/)
    await main().getByRole('heading', { name: 'Stickers-16 val' }).waitFor()
    await goTo(page, '/models')
    const tour = page.getByRole('complementary', { name: 'Tour' })
    await tour.getByRole('link', { name: /Browse the images/ }).click()
    await main().getByRole('heading', { name: 'Stickers-16 val' }).waitFor()
    await nothingRuns(page)
    await shoot(page, 'first val')
  })

  it('has seen no error of the page', () => {
    expect(shown.complaints).toEqual([])
  })
})
