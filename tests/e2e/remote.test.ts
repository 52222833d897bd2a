import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../scripts/run.ts'
import { noSshd, startSsh, type SshServer } from '../ssh.ts'
import { engineIs, openApp, shoot, tellOfFailure, type App } from './app.ts'
import { dropsOn } from './drops.ts'
import { command, goTo, nothingRuns, openSample, sampleIsThere } from './prepare.ts'

const run = promisify(execFile)
const program = path.join(root, 'bin/kernelscope')
const folder = mkdtempSync(path.join(os.tmpdir(), 'ks-e2e-'))
const far = path.join(folder, 'far')
const sample = path.join(far, 'Kernelscope/Sample')
describe.skipIf(noSshd !== null)(
  `the window over ssh${noSshd === null ? '' : ` (left out: ${noSshd})`}`,
  () => {
    let server: SshServer
    let shown: App
    const before = process.env['PATH']
    const there: Record<string, string> = {
      HOME: far,
      PATH: '/usr/bin:/bin',
      KERNELSCOPE_RUN: path.join(folder, 'run'),
      XDG_STATE_HOME: path.join(folder, 'state'),
    }
    const cli = async (...args: string[]) => {
      const env = { ...process.env, ...there, PATH: before }
      return (await run(program, args, { env, maxBuffer: 2 ** 26 })).stdout
    }
    /** The study in the side bar. */
    const ofStudy = () => shown.page.getByRole('link', { name: 'Random patch drop' }).first()
    beforeAll(async () => {
      const { version } = await import('#engine/base/version.ts')
      const bin = path.join(far, '.cache/kernelscope', version, 'bin')
      mkdirSync(bin, { recursive: true })
      symlinkSync(program, path.join(bin, 'kernelscope'))
      server = await startSsh(there)
      process.env['PATH'] = server.env['PATH']
    })
    afterEach(({ task }) => tellOfFailure(shown, task))
    afterAll(async () => {
      process.env['PATH'] = before
      await shown?.app.close().catch(() => undefined)
      await cli('serve', '--stop').catch(() => undefined)
      await server?.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    })

    it('opens the sample there', async () => {
      shown = await openApp([], path.join(folder, 'near'))
      const { page } = shown
      await engineIs(page, 'ready', 60_000)
      await page.getByRole('button', { name: /^Open a workspace on another machine/ }).click()
      await page.getByRole('textbox', { name: 'Address' }).fill('ssh://lab')
      await shoot(page, 'far-dialog')
      await page.getByRole('button', { name: 'Connect' }).click()
      await page.getByText('The engine runs on lab.').waitFor({ timeout: 60_000 })
      await shoot(page, 'far-welcome')
      await openSample(page)
      await sampleIsThere(page)
      await page.getByText(/^lab, \d+ ms/).waitFor()
      await shoot(page, 'far-datasets')
    })

    it('is killed in the middle of a study, and finds its result when it comes back', async () => {
      const { page } = shown
      await goTo(page, '/studies/new?dataset=1')
      const main = page.getByRole('main')
      await main.getByRole('radio', { name: /^Random patch drop/ }).click()
      await main.getByRole('button', { name: 'Next', exact: true }).click()
      await main.getByRole('radio', { name: 'Per class', exact: true }).click()
      await main.getByRole('spinbutton', { name: 'Images per class' }).fill('2')
      await main.getByRole('button', { name: 'Next', exact: true }).click()
      await main.getByRole('button', { name: 'Quick look' }).click()
      await main.getByRole('button', { name: 'Start' }).click()
      await page.waitForURL(/studies\/\d+/)
      shown.app.process().kill('SIGKILL')
      await shown.app.close().catch(() => undefined)

      shown = await openApp([], path.join(folder, 'near'))
      await engineIs(shown.page, 'ready', 60_000)
      await shown.page.getByText(/^lab, \d+ ms/).waitFor()
      await ofStudy().click()
      await shown.page.getByText('What was used').waitFor({ timeout: 120_000 })
      await shoot(shown.page, 'far-study')
      await nothingRuns(shown.page, 200_000)
      await expect.poll(() => shown.page.getByText('the study is not complete').count()).toBe(0)
    })

    it('saves an export on this computer', async () => {
      const { page, app } = shown
      const saved = path.join(folder, 'near', 'numbers.csv')
      await app.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
      }, saved)
      const figure = page.locator('#main figure').filter({ hasText: 'What was used' }).first()
      await figure.getByRole('button', { name: 'Export' }).first().click()
      await page.getByRole('menuitem', { name: 'Data as CSV' }).click()
      await page.getByRole('button', { name: 'Save on this computer…' }).click()
      await expect.poll(() => existsSync(saved)).toBe(true)
      const exports = path.join(sample, 'exports')
      const written = readdirSync(exports, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.csv'),
      )
      expect(written).toHaveLength(1)
      expect(readFileSync(saved)).toEqual(readFileSync(path.join(exports, written[0] ?? '')))
      await page.getByText('numbers.csv written').first().waitFor()
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
    })

    it('shows the files there, and takes a folder of them', async () => {
      const { page } = shown
      const there = path.join(far, 'pictures', 'münzen alt')
      mkdirSync(path.join(there, 'klein'), { recursive: true })
      await command(page, 'Add dataset…')
      const adding = page.getByRole('dialog', { name: 'Add a dataset' })
      await adding.getByRole('button', { name: 'Choose…' }).first().click()
      const files = page.getByRole('dialog', { name: 'Folder of images on lab' })
      const typed = files.getByRole('combobox', { name: 'Path' })
      for (const [begun, whole] of [
        ['pict', 'pictures/'],
        ['pictures/mün', 'pictures/münzen alt/'],
      ]) {
        await typed.fill(`${far}/${begun}`)
        await typed.press('Tab')
        await expect.poll(() => typed.inputValue()).toBe(`${far}/${whole}`)
      }
      await files.getByRole('option', { name: /^klein/ }).waitFor()
      await shoot(page, 'far-files')
      await typed.press('Control+Enter')
      await files.waitFor({ state: 'hidden' })
      expect(await adding.getByPlaceholder('No folder chosen').inputValue()).toBe(there)
      await adding.getByRole('button', { name: 'Cancel' }).click()
      await adding.waitFor({ state: 'hidden' })
    })

    it('uploads a folder that is dropped, after a stop and a lost connection, and adds it', async () => {
      const { page } = shown
      const given = path.join(folder, 'near', 'two kinds')
      const picture = async (name: string, side: number) => {
        const file = path.join(given, name)
        mkdirSync(path.dirname(file), { recursive: true })
        const raw = { width: side, height: side, channels: 3 } as const
        await sharp(randomBytes(3 * side * side), { raw })
          .png({ compressionLevel: 0 })
          .toFile(file)
      }
      const large = 'gold/large.png'
      for (const name of ['gold/a.png', 'gold/b.png', 'silber/c.png', 'silber/d.png']) await picture(name, 64)
      await picture(large, 2400)

      const devTools = await page.context().newCDPSession(page)
      /** A fast machine would be done before it can be stopped. */
      const slow = (rate: number) => devTools.send('Emulation.setCPUThrottlingRate', { rate })
      await slow(4)
      await dropsOn(() => page).drop([given])
      const sheet = page.getByRole('dialog', { name: 'Upload to lab' })
      const begun = async () => {
        await sheet.getByRole('button', { name: /^Upload / }).click()
        await page.waitForFunction(() => {
          const bar = document.querySelector('[role="dialog"] [role="progressbar"]')
          return Number(bar?.getAttribute('aria-valuenow') ?? 0) > 0
        })
      }
      await begun()
      await shoot(page, 'far-upload')
      const stop = sheet.getByRole('button', { name: 'Stop' })
      await stop.click()
      await stop.waitFor({ state: 'hidden' })
      const whole = path.join(far, 'kernelscope', 'two kinds', large)
      expect(existsSync(whole)).toBe(false)

      await begun()
      await server.stop()
      await slow(1)
      await sheet.getByText('The connection is lost. It goes on by itself once it is back.').waitFor()
      await server.start()
      await sheet.waitFor({ state: 'hidden', timeout: 120_000 })
      expect(readFileSync(whole).equals(readFileSync(path.join(given, large)))).toBe(true)
      await page.locator('#main').getByText('two kinds').first().waitFor()
      await nothingRuns(page)
    })

    it('comes back by itself after the connection was cut', async () => {
      const { page } = shown
      await ofStudy().click()
      await page.getByText('What was used').waitFor({ timeout: 120_000 })
      await server.stop()
      await page
        .getByRole('alert')
        .getByText(/connection to lab is lost/)
        .waitFor()
      await shoot(page, 'far-lost')
      await server.start()
      await page.getByText(/^lab, \d+ ms/).waitFor({ timeout: 60_000 })
      await page.getByText('What was used').waitFor({ timeout: 120_000 })
    })

    it('goes back to this computer', async () => {
      const { page } = shown
      await page.keyboard.press('Control+K')
      await page.getByPlaceholder(/^Search commands/).fill('Back to this computer')
      await page.getByRole('option', { name: 'Back to this computer' }).first().click()
      await page.getByText('Nothing leaves this machine.').waitFor({ timeout: 60_000 })
      expect(await cli('serve')).toContain(sample)
    })
  },
)
