import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../scripts/run.ts'
import { noSshd, startSsh, type SshServer } from '../ssh.ts'
import { engineIs, openApp, shoot, tellOfFailure, type App } from './app.ts'
import { goTo, nothingRuns, openSample, sampleIsThere } from './prepare.ts'

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

    it('comes back by itself after the connection was cut', async () => {
      const { page } = shown
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
