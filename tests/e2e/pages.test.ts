import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { engineIs, openApp, shoot, type App } from './app.ts'
import { barriers } from './axe.ts'
import { pagesOf, routeNames, visit, type Ids, type PageOfApp } from './pages.ts'

let shown: App
let page: Page
let pages: PageOfApp[]

/** The number in the address that the window shows. */
const idInAddress = (name: string) => Number(new RegExp(`/${name}/(\\d+)`).exec(page.url())?.[1] ?? 0)
const rowOf = (name: RegExp) => page.locator('#main').getByRole('row', { name }).first()
const goTo = (hash: string) => page.evaluate((to) => void (location.hash = to), hash)
const command = async (title: string) => {
  await page.keyboard.press('Control+K')
  await page.getByPlaceholder(/^Search commands/).fill(title)
  await page.getByRole('option', { name: title }).first().click()
}

/** Opens the sample and makes one of everything that a page can be about. */
async function prepare(): Promise<Ids> {
  await page.getByRole('button', { name: /^Open the sample workspace/ }).click()
  await rowOf(/RepLK-31 /).click()
  await page.waitForURL(/overview/)
  const model = idInAddress('models')
  await goTo('/models')
  await rowOf(/ViT/).click()
  await page.waitForURL(/overview/)
  const vit = idInAddress('models')
  await page
    .getByRole('button', { name: 'Jobs' })
    .filter({ hasText: 'No jobs' })
    .waitFor({ timeout: 100_000 })
  await goTo('/datasets')
  await rowOf(/Stickers-16 val/).click()
  await page.waitForURL(/datasets\/\d+/)
  const dataset = idInAddress('datasets')
  await page.getByRole('option', { name: /^aircraft\/aircraft_001/ }).dblclick()
  await page.waitForURL(/images\/\d+/)
  const image = idInAddress('images')
  await page
    .getByRole('complementary', { name: 'Tour' })
    .getByRole('button', { name: 'Run: Kernel attention distance' })
    .click()
  await page.waitForURL(/studies\/\d+/)
  const study = idInAddress('studies')
  await command('New figure')
  await page.waitForURL(/figures\/\d+/)
  return { model, vit, dataset, image, study, figure: idInAddress('figures') }
}

beforeAll(async () => {
  shown = await openApp()
  page = shown.page
  page.setDefaultTimeout(30_000)
  await engineIs(page, 'ready')
  expect(await barriers(page), 'the welcome page').toEqual([])
  pages = pagesOf(await prepare())
}, 240_000)
afterAll(() => shown.close())

describe('every page', () => {
  it('is known to these tests', () => {
    expect(pages.map(({ name }) => name).sort()).toEqual(routeNames().sort())
  })

  it.each(['light', 'dark'] as const)('has no barrier in the %s theme', async (theme) => {
    await command(`Theme: ${theme}`)
    const found: Record<string, string[]> = {}
    for (const place of pages) {
      await visit(page, place)
      await shoot(page, `${place.name}-${theme}`)
      const here = await barriers(page)
      if (here.length > 0) found[place.name] = here
    }
    expect(found).toEqual({})
  })

  it('has an address that can be copied and gone to', async () => {
    for (const place of pages) {
      await goTo(place.address)
      await page.waitForFunction((to) => location.hash.startsWith(`#${to}`), place.address.split('?')[0])
      const address = await page.evaluate(() => location.hash.slice(1))
      await goTo('/doctor')
      await page.keyboard.press('Control+L')
      await page.getByRole('textbox', { name: 'Address' }).fill(address)
      await page.keyboard.press('Enter')
      await page.waitForFunction((to) => location.hash === `#${to}`, address)
      await page.locator('#main').getByText(place.shows).first().waitFor()
    }
  })

  it('has made the page complain of nothing', () => {
    expect(shown.complaints).toEqual([])
  })
})
