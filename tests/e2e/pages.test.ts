import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { engineIs, openApp, shoot, type App } from './app.ts'
import { barriers } from './axe.ts'
import { pagesOf, routeNames, visit, type PageOfApp } from './pages.ts'
import { command, goTo, prepare } from './prepare.ts'

let shown: App
let page: Page
let pages: PageOfApp[]

beforeAll(async () => {
  shown = await openApp()
  page = shown.page
  page.setDefaultTimeout(60_000)
  await engineIs(page, 'ready')
  expect(await barriers(page), 'the welcome page').toEqual([])
  pages = pagesOf(await prepare(page, 'Kernel attention distance'))
}, 400_000)
afterAll(() => shown.close())

describe('every page', () => {
  it('is known to these tests', () => {
    expect(pages.map(({ name }) => name).sort()).toEqual(routeNames().sort())
  })

  it.each(['light', 'dark'] as const)(
    'has no barrier in the %s theme',
    async (theme) => {
      await command(page, `Theme: ${theme}`)
      const found: Record<string, string[]> = {}
      for (const place of pages) {
        // A page that does not come is told with the others, so that one walk shows all that is wrong.
        const here = await visit(page, place).then(
          () => barriers(page),
          (error: unknown) => [String(error)],
        )
        await shoot(page, `${place.name}-${theme}`)
        if (here.length > 0) found[place.name] = here
      }
      expect(found).toEqual({})
    },
    400_000,
  )

  it('has an address that can be copied and gone to', async () => {
    for (const place of pages) {
      await goTo(page, place.address)
      await page.waitForFunction((to) => location.hash.startsWith(`#${to}`), place.address.split('?')[0])
      const address = await page.evaluate(() => location.hash.slice(1))
      await goTo(page, '/doctor')
      await page.keyboard.press('Control+L')
      await page.getByRole('textbox', { name: 'Address' }).fill(address)
      await page.keyboard.press('Enter')
      await page.waitForFunction((to) => location.hash === `#${to}`, address)
      await page.locator('#main').getByText(place.shows).first().waitFor()
    }
  }, 400_000)

  it('has made the page complain of nothing', () => {
    expect(shown.complaints).toEqual([])
  })
})
