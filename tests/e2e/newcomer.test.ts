import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeMinerals } from '../minerals/make.ts'
import { temporaryFolderOfFile } from '../temporary.ts'
import { engineIs, openApp, shoot, tellOfFailure, type App } from './app.ts'
import { exportsOf, steps, type Walk } from './ownData.ts'

const home = temporaryFolderOfFile()
let shown: App
let walk: Walk

beforeAll(async () => {
  const world = await makeMinerals(home, 4)
  shown = await openApp()
  const { app, page } = shown
  page.setDefaultTimeout(30_000)
  await page.setViewportSize({ width: 1280, height: 800 })
  await engineIs(page, 'ready')
  walk = { app, page, world, kept: path.join(home, 'kept'), shoot: (name) => shoot(page, name) }
}, 240_000)
afterAll(() => shown.close())
afterEach(({ task }) => tellOfFailure(shown, task))

const written = (ending: string) =>
  readdirSync(exportsOf(walk), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(exportsOf(walk), name))

/** One path from files that share nothing with the sample to what goes into a paper. */
describe('with own models and own images, a newcomer', () => {
  it.each(steps)('$does', ({ run }) => run(walk))

  it('has a figure as PDF, and tables that rest on no guess', async () => {
    await expect.poll(() => written('.pdf').length, { timeout: 30_000 }).toBeGreaterThan(0)
    await expect.poll(() => written('.tex').length, { timeout: 30_000 }).toBeGreaterThan(0)
    expect(readFileSync(written('.pdf')[0] ?? '').length).toBeGreaterThan(8000)
    const text = written('.tex')
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n')
    for (const model of ['quarry-k13', 'quarry-k3', 'lode-vit']) {
      expect(text).toContain(model)
      expect(text).not.toContain(`${model}*`)
    }
  })

  it('has seen no error of the page', () => {
    expect(shown.complaints).toEqual([])
  })
})
