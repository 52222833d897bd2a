import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../scripts/run.ts'
import { startSlurm, whyNoSlurm, type TestCluster } from '../slurm.ts'
import { engineIs, openApp, shoot, tellOfFailure, type App } from './app.ts'
import { goTo, openSample, sampleIsThere } from './prepare.ts'

const why = whyNoSlurm()
const folder = mkdtempSync(path.join(os.tmpdir(), 'ks-e2e-'))
const gates = path.join(folder, 'gates')
/** Lets a unit begin, or all that still wait. */
const open = (unit: string) => writeFileSync(path.join(gates, unit), '')
const prologue = `until [ -e '${gates}/'"$unit" ] || [ -e '${gates}/all' ]; do sleep 0.2; done`

describe.skipIf(why !== null)(
  `a study on a cluster, from the window${why === null ? '' : ` (left out: ${why})`}`,
  () => {
    let cluster: TestCluster
    let shown: App
    let study = ''
    const start = async () => {
      shown = await openApp([], path.join(folder, 'home'))
      shown.page.setDefaultTimeout(60_000)
      await engineIs(shown.page, 'ready', 60_000)
    }
    const main = () => shown.page.getByRole('main')
    const onCluster = () => main().getByRole('region', { name: 'On the cluster' })
    const says = (text: RegExp, timeout = 120_000) => onCluster().getByText(text).first().waitFor({ timeout })

    beforeAll(async () => {
      mkdirSync(gates, { recursive: true })
      process.env['KERNELSCOPE_CLUSTER_SECONDS'] = '2'
      cluster = await startSlurm(path.join(folder, 'slurm'), 2)
      await start()
      await openSample(shown.page)
      await sampleIsThere(shown.page)
    })
    afterAll(async () => {
      await shown?.app.close().catch(() => undefined)
      await cluster?.stop()
      delete process.env['KERNELSCOPE_CLUSTER_SECONDS']
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    })
    afterEach(({ task }) => tellOfFailure(shown, task))

    it('is given a profile in the settings', async () => {
      const { page } = shown
      await goTo(page, '/settings')
      await main().getByRole('button', { name: 'Add profile…' }).click()
      const dialog = page.getByRole('dialog', { name: 'Add a cluster profile' })
      const fields = {
        Name: 'test cluster',
        'Shared folder': path.join(folder, 'shared'),
        Command: path.join(root, 'bin/kernelscope'),
        Scratch: path.join(folder, 'scratch'),
        Prologue: prologue,
      }
      for (const [name, text] of Object.entries(fields))
        await dialog.getByRole('textbox', { name, exact: true }).fill(text)
      await shoot(page, 'cluster-profile')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await dialog.waitFor({ state: 'hidden' })
      await main().getByRole('button', { name: 'Check test cluster' }).waitFor()
      await shoot(page, 'cluster-settings')
    })

    it('is submitted from its form, and its curves come with the first unit', async () => {
      const { page } = shown
      await goTo(page, '/studies/new?dataset=1')
      await main()
        .getByRole('radio', { name: /^Random patch drop/ })
        .click()
      await main().getByRole('button', { name: 'Next', exact: true }).click()
      await main().getByRole('radio', { name: 'Per class', exact: true }).click()
      await main().getByRole('spinbutton', { name: 'Images per class' }).fill('1')
      await main().getByRole('button', { name: 'Next', exact: true }).click()
      await main().getByRole('button', { name: 'Quick look' }).click()
      await main().getByRole('button', { name: 'Run on cluster…' }).click()
      const dialog = page.getByRole('dialog', { name: 'Run on cluster' })
      await dialog.getByText('Time of all units').waitFor()
      await shoot(page, 'cluster-submit')
      await dialog.getByRole('button', { name: 'Submit' }).click()
      await dialog.waitFor({ state: 'hidden' })
      study = new URL(page.url()).hash.replace(/\?.*/, '')
      await says(/^0 of \d+ units done, /)
      await shoot(page, 'cluster-queued')
      open('1')
      await says(/^1 of \d+ units done/)
      await main()
        .getByRole('img', { name: /^Top-1 accuracy against the share of dropped patches/ })
        .first()
        .waitFor()
      await onCluster().getByRole('button', { name: 'Show units' }).click()
      await onCluster()
        .getByRole('row', { name: /^1 .* Done/ })
        .waitFor()
      await shoot(page, 'cluster-part')
    })

    it('goes on after the app was closed', async () => {
      await shown.app.close()
      open('2')
      await start()
      await goTo(shown.page, study)
      await says(/^2 of \d+ units done/)
    })

    it('is cancelled, and submitted again to its end', async () => {
      const { page } = shown
      await onCluster()
        .getByRole('button', { name: /^Cancel: / })
        .click()
      await says(/^Cancelled$/)
      await shoot(page, 'cluster-cancelled')
      expect(cluster.slurm('squeue', '-h').trim()).toBe('')
      open('all')
      await onCluster()
        .getByRole('button', { name: /^Submit again: / })
        .click()
      await says(/^Done$/, 200_000)
      await main().getByText('What was used').waitFor()
      // The result is summed up again after the last pack.
      const missing = main().getByText('the study is not complete')
      await expect.poll(() => missing.count(), { timeout: 60_000 }).toBe(0)
      await shoot(page, 'cluster-done')
    })
  },
)
