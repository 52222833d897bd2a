import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { root } from '../../scripts/run.ts'
import { goldensOf } from '../engine/checkpoints/golden.ts'
import { storedGolden } from '../engine/checkpoints/stored.ts'
import { pack } from '../packed.ts'
import { engineIs, openApp, shoot, tellOfFailure, type App } from './app.ts'
import { barriers } from './axe.ts'
import { dropsOn } from './drops.ts'
import { command, goTo, nothingRuns, openSample, sampleIsThere, smallStudy } from './prepare.ts'

let shown: App
let page: Page
let study = 0
let dataset = 0
const bundle = () => path.join(shown.folder, 'study.zip')
const main = () => page.getByRole('main')
const workspaceBar = () => page.getByRole('navigation', { name: 'Workspace' })

beforeAll(async () => {
  shown = await openApp()
  page = shown.page
  page.setDefaultTimeout(60_000)
  await page.setViewportSize({ width: 1280, height: 800 })
  await engineIs(page, 'ready')
  await openSample(page)
  await sampleIsThere(page)
  await workspaceBar().getByRole('link', { name: 'Stickers-16 val' }).click()
  await page.waitForURL(/datasets\/\d+/)
  dataset = Number(/datasets\/(\d+)/.exec(page.url())?.[1])
  await page.getByRole('button', { name: 'Close the tour' }).click()
}, 200_000)
afterAll(() => shown.close())
afterEach(({ task }) => tellOfFailure(shown, task))

const { drag, hover, drop, offer } = dropsOn(() => page)

/** Replaces the system's dialogs in the main process: sets their answers and records the requests. */
const answerDialogs = (file: string) =>
  shown.app.evaluate(({ dialog, BrowserWindow, Notification }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen })
    const seen = { progress: [] as number[], notified: [] as string[] }
    Reflect.set(globalThis, 'seen', seen)
    for (const window of BrowserWindow.getAllWindows()) {
      window.setProgressBar = (fraction) => void seen.progress.push(fraction)
      window.isFocused = () => false
    }
    Notification.prototype.show = function (this: Electron.Notification) {
      seen.notified.push(`${this.title}: ${this.body}`)
    }
  }, file)
const seen = () =>
  shown.app.evaluate(() => Reflect.get(globalThis, 'seen') as { progress: number[]; notified: string[] })

describe('the frame', () => {
  it('adds a dropped model', async () => {
    const file = path.join(shown.folder, 'dropped.onnx')
    cpSync(path.join(root, 'resources/sample/models/replk7.onnx'), file)
    await drop([file])
    await page.waitForURL(/models\/\d+\/overview/)
    await workspaceBar().getByRole('link', { name: 'RepLK-7' }).first().waitFor()
  })

  it('passes a dropped image to the view below', async () => {
    const file = path.join(shown.folder, 'fallen.png')
    cpSync(path.join(root, 'resources/sample/suites/val/fruit/fruit_000.png'), file)
    await main().getByRole('link', { name: 'Saliency', exact: true }).click()
    await main().getByRole('combobox', { name: 'Method' }).waitFor()
    await drop([file])
    await main().getByText('fallen.png').first().waitFor()
  })

  it('ignores a cancelled drag, also when the page below changes', async () => {
    await hover([shown.folder])
    await main()
      .getByRole('link', { name: 'Kernels', exact: true })
      .evaluate((link: HTMLElement) => link.click())
    await page.waitForURL(/kernels/)
    await drag([shown.folder], 'dragOver')
    // Chromium sends this to the element under the pointer when the pointer leaves the window.
    await main().evaluate((pageBeneath) => {
      const { x, y, width, height } = pageBeneath.getBoundingClientRect()
      const under = document.elementFromPoint(x + width / 2, y + height / 2)
      under?.dispatchEvent(new DragEvent('dragleave', { bubbles: true }))
    })
    await offer().waitFor({ state: 'hidden' })
  })

  it('adds a dropped folder as a dataset', async () => {
    const folder = path.join(shown.folder, 'fallen')
    cpSync(path.join(root, 'resources/sample/suites/val'), folder, { recursive: true })
    await drop([folder])
    await main().getByRole('heading', { name: 'fallen' }).waitFor()
    await nothingRuns(page)
  })

  it('adds a folder given at the start as a dataset', async () => {
    const folder = path.join(shown.folder, 'pictures')
    cpSync(path.join(root, 'resources/sample/suites/val'), folder, { recursive: true })
    await shown.app.evaluate(({ app }, given) => {
      app.emit('second-instance', {}, ['kernelscope', given], '/')
    }, folder)
    await main().getByRole('heading', { name: 'pictures' }).waitFor()
    await nothingRuns(page)
  })

  it('shows the progress of a job to the system, and says when it has ended', async () => {
    await answerDialogs(bundle())
    // Simulates that another window is in front.
    await page.evaluate(() => Reflect.set(document, 'hasFocus', () => false))
    study = await smallStudy(page, dataset)
    await expect.poll(async () => (await seen()).progress.at(-1), { timeout: 30_000 }).toBe(-1)
    expect((await seen()).progress.some((fraction) => fraction >= 0)).toBe(true)
    await expect.poll(async () => (await seen()).notified).toEqual(['Random patch drop: Finished.'])
  })

  it('makes and signs a bundle, shows it dropped, and finds that it agrees', async () => {
    const ssh = path.join(shown.folder, '.ssh')
    mkdirSync(ssh, { mode: 0o700 })
    const key = ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(ssh, 'id_ed25519')]
    const signs = spawnSync('ssh-keygen', key).status === 0
    await goTo(page, `/studies/${study}`)
    await page.getByRole('button', { name: 'More about this study' }).click()
    await page.getByRole('menuitem', { name: 'Make a bundle…' }).click()
    const dialog = page.getByRole('dialog')
    if (signs) {
      await dialog.getByRole('combobox', { name: 'Key to sign with' }).click()
      await page.getByRole('option', { name: /^id_ed25519/ }).click()
    }
    await dialog.getByRole('button', { name: 'Make…' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await expect.poll(() => existsSync(signs ? `${bundle()}.sig` : bundle()), { timeout: 60_000 }).toBe(true)
    await drop([bundle()])
    await main().getByRole('heading', { name: 'Random patch drop' }).first().waitFor()
    await main().getByRole('button', { name: 'Check', exact: true }).click()
    await main().getByText('It agrees').waitFor({ timeout: 100_000 })
    if (signs) {
      await main().getByRole('textbox', { name: 'Trust this key as' }).fill('Ada Lovelace')
      await main().getByRole('button', { name: 'Trust', exact: true }).click()
      await main().getByText('Signed by Ada Lovelace', { exact: true }).waitFor()
    } else await main().getByText('Not signed', { exact: true }).waitFor()
    await shoot(page, 'frame bundle')
  })

  it('undoes filters, selections and edits of figures, each where it was made', async () => {
    await goTo(page, `/datasets/${dataset}`)
    const grid = main().getByRole('listbox', { name: /^Images of/ })
    await grid.getByRole('option').first().waitFor()
    await main().getByRole('textbox', { name: 'File name' }).fill('cat_')
    await main().getByText('20 of 320').waitFor()
    await grid.focus()
    await page.keyboard.press('Control+A')
    await page.getByRole('toolbar', { name: 'Chosen images' }).getByText('20 chosen').waitFor()
    await main().getByRole('link', { name: 'Confusion' }).click()
    await main().getByRole('link', { name: 'Images', exact: true }).click()
    await page.getByRole('toolbar', { name: 'Chosen images' }).getByText('20 chosen').waitFor()
    await grid.focus()
    await page.keyboard.press('Control+Z')
    await page.getByRole('toolbar', { name: 'Chosen images' }).waitFor({ state: 'detached' })
    await page.keyboard.press('Control+Z')
    await main().getByText('320', { exact: true }).waitFor()
    await page.keyboard.press('Control+Shift+Z')
    await main().getByText('20 of 320').waitFor()

    await command(page, 'New figure')
    await page.waitForURL(/figures\/\d+/)
    const width = main().getByText(/^[\d.]+ × [\d.]+ in$/)
    await main().getByRole('radio', { name: 'Column', exact: true }).click()
    await expect.poll(() => width.innerText(), { timeout: 30_000 }).toMatch(/^3\.25 ×/)
    await main().getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => width.innerText(), { timeout: 30_000 }).toMatch(/^6\.75 ×/)
  })

  it('stores a style and uses it for another figure, also after the style changed', async () => {
    const part = (name: string) => main().getByRole('radio', { name, exact: true }).click()
    const follows = main().getByRole('combobox', { name: 'Style that this figure follows' })
    const typeface = (name: string) => main().getByRole('radio', { name, exact: true })
    await command(page, 'New figure')
    await page.waitForURL(/figures\/\d+$/)
    const first = page.url()
    await part('Style')
    await typeface('Inter').click()
    await main().getByRole('button', { name: 'Keep as…' }).click()
    const styleName = page.getByRole('textbox', { name: 'Name of the style' })
    await styleName.fill('My paper')
    await styleName.press('Enter')
    await follows.getByText('My paper').waitFor()

    await command(page, 'New figure')
    await page.waitForFunction(
      (before) => location.href !== before && /figures\/\d+$/.test(location.href),
      first,
    )
    await part('Style')
    await follows.click()
    await page.getByRole('option', { name: 'My paper' }).click()
    await expect.poll(() => typeface('Inter').getAttribute('aria-checked'), { timeout: 30_000 }).toBe('true')
    await typeface('STIX Two').click()
    await main().getByRole('button', { name: 'Change for all' }).click()
    await main().getByRole('button', { name: 'Change for all' }).waitFor({ state: 'detached' })

    await goTo(page, new URL(first).hash.replace(/\?.*/, ''))
    await part('Style')
    await expect
      .poll(() => typeface('STIX Two').getAttribute('aria-checked'), { timeout: 30_000 })
      .toBe('true')
  })

  it('writes a self-contained report', async () => {
    const file = path.join(shown.folder, 'report.html')
    await answerDialogs(file)
    await goTo(page, `/studies/${study}`)
    await page.getByRole('button', { name: 'More about this study' }).click()
    await page.getByRole('menuitem', { name: 'Write a report…' }).click()
    await page.getByRole('dialog', { name: 'Write a report' }).getByRole('button', { name: 'Write…' }).click()
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true)
    const html = readFileSync(file, 'utf8')
    expect(html).toContain('<svg')
    expect(html).not.toMatch(/<script|src="http|href="http[^"]*\.css/)
  })

  it('saves diagnostics without images', async () => {
    const file = path.join(shown.folder, 'diagnostics.zip')
    await answerDialogs(file)
    await command(page, 'Save diagnostics…')
    await page
      .getByRole('dialog', { name: 'Save diagnostics' })
      .getByRole('button', { name: 'Save…' })
      .click()
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true)
    const bytes = readFileSync(file).toString('latin1')
    expect(bytes).toContain('versions.json')
    expect(bytes).not.toContain('.png')
  })

  it('remembers the workspace, and opens it again from the welcome page', async () => {
    await command(page, 'Close workspace')
    await main()
      .getByRole('button', { name: /Sample/ })
      .first()
      .waitFor()
    await shoot(page, 'frame welcome')
    await main()
      .getByRole('button', { name: /Kernelscope\/Sample/ })
      .first()
      .click()
    // It opens at the page that was shown last.
    await page.waitForURL(new RegExp(`studies/${study}$`))
    await main().getByRole('heading', { name: 'Random patch drop' }).first().waitFor()
  })

  it('says what mixed downloads are before they are added, and adds what is ticked', async () => {
    const folder = path.join(shown.folder, 'downloads')
    const repository = path.join(folder, 'resnet-tiny')
    mkdirSync(repository, { recursive: true })
    const [[, golden] = []] = goldensOf('resnet')
    if (!golden) throw new Error('there is no golden')
    writeFileSync(path.join(repository, 'model.safetensors'), storedGolden(golden))
    writeFileSync(path.join(repository, 'config.json'), '{}')
    writeFileSync(path.join(folder, 'broken.pth'), 'no pickle')
    cpSync(path.join(root, 'resources/sample/models/replk3.onnx'), path.join(folder, 'again.onnx'))
    const images = path.join(root, 'resources/sample/suites/val')
    await pack(path.join(folder, 'archived.tar'), images, readdirSync(images).slice(0, 3))
    await drop([folder])
    const sheet = page.getByRole('dialog', { name: 'Add to the workspace' })
    await sheet
      .getByText(/^ResNet/)
      .first()
      .waitFor()
    await sheet.getByText(/^Class folders, 3 classes/).waitFor()
    await sheet.getByRole('button', { name: 'Not used (1)' }).click()
    await sheet.getByText('broken.pth').waitFor()
    await sheet.getByRole('button', { name: /^Why resnet-tiny/ }).click()
    await sheet.getByText(/safetensors with/).waitFor()
    expect(await barriers(page)).toEqual([])
    await shoot(page, 'frame downloads')
    await sheet.getByRole('checkbox', { name: 'Add again.onnx' }).click()
    await sheet.getByRole('button', { name: 'Add 1 model and 1 dataset' }).click()
    await sheet.waitFor({ state: 'hidden' })
    await main()
      .getByRole('row', { name: /resnet-tiny/ })
      .first()
      .waitFor()
    await workspaceBar().getByRole('link', { name: 'archived' }).first().waitFor()
    await nothingRuns(page)
    await page.getByText('1 model and 1 dataset added').first().waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await workspaceBar().getByRole('link', { name: 'archived' }).first().waitFor({ state: 'hidden' })
    await page.getByText('1 model and 1 dataset removed').first().waitFor()
    // The message that was undone fades out.
    await expect.poll(() => page.getByRole('button', { name: 'Undo' }).count()).toBe(1)
    await page.getByRole('button', { name: 'Undo' }).click()
    await workspaceBar().getByRole('link', { name: 'archived' }).first().waitFor()
  })

  it('has seen no error of the page', () => {
    expect(shown.complaints).toEqual([])
  })
})
