import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { engineIs, openApp, shoot, tellOfFailure, type App } from './app.ts'
import { barriers, ofColours } from './axe.ts'
import { misfits, misfitsAt } from './layout.ts'
import { askedBy, holdLine } from './line.ts'
import { come, pagesOf, routeNames, visit, type Ids, type PageOfApp } from './pages.ts'
import { command, goTo, prepare, systemTheme } from './prepare.ts'

let shown: App
let page: Page
let ids: Ids
let pages: PageOfApp[]
/** The addresses that pages showed when they had loaded. */
const addresses = new Map<PageOfApp, string>()

interface Overlay {
  name: RegExp
  address: (ids: Ids) => string
  open: (page: Page) => Promise<unknown>
}

const press = (keys: string) => (page: Page) => page.keyboard.press(keys)
const run = (title: string) => (page: Page) => command(page, title)
/** Dialogs over a page: how they are opened, and their names. */
const overlays: Overlay[] = [
  { name: /Command palette/, address: () => '/models', open: press('Control+K') },
  { name: /Keyboard shortcuts/, address: () => '/models', open: press('?') },
  { name: /Go to address/, address: () => '/models', open: press('Control+L') },
  { name: /diagnostics/i, address: () => '/models', open: run('Save diagnostics…') },
  {
    name: /Export/,
    address: ({ imageStudy }) => `/studies/${imageStudy}`,
    open: async (page) => {
      await page.locator('#main').getByRole('button', { name: 'Export' }).first().click()
      await page.getByRole('menuitem', { name: 'For a paper…' }).click()
    },
  },
  {
    name: /report/i,
    address: ({ imageStudy }) => `/studies/${imageStudy}`,
    open: async (page) => {
      await page.getByRole('button', { name: 'More about this study' }).click()
      await page.getByRole('menuitem', { name: 'Write a report…' }).click()
    },
  },
  {
    name: /panel/i,
    address: ({ figure }) => `/figures/${figure}`,
    open: (page) => page.locator('#main').getByRole('button', { name: 'Add a panel' }).first().click(),
  },
]

const sizes = [
  { width: 900, height: 600 },
  { width: 1920, height: 1080 },
  { width: 1280, height: 800 },
  { width: 3840, height: 2160 },
]

/** Accessibility problems of what is shown, and those of its colours in the dark theme. */
async function barriersInBoth(page: Page): Promise<string[]> {
  const light = await barriers(page)
  await systemTheme(page, 'dark')
  const dark = await barriers(page, ofColours)
  await systemTheme(page, 'light')
  return [...light, ...dark.map((one) => `dark: ${one}`)]
}

beforeAll(async () => {
  shown = await openApp()
  page = shown.page
  page.setDefaultTimeout(60_000)
  await engineIs(page, 'ready')
  expect(await barriers(page), 'the welcome page').toEqual([])
  ids = await prepare(page, 'Kernel attention distance')
  pages = pagesOf(ids)
}, 400_000)
afterAll(() => shown.close())
afterEach(({ task }) => tellOfFailure(shown, task))

describe('every page', () => {
  it('is known to these tests', () => {
    expect(pages.map(({ name }) => name).sort()).toEqual(routeNames().sort())
  })

  it('has no accessibility problem in either theme, and fits from 900 px to 4K', async () => {
    const found: Record<string, string[]> = {}
    for (const place of pages) {
      // A page that does not load is reported with the others, so that one run shows every problem.
      const here = await visit(page, place).then(
        async () => {
          addresses.set(place, await page.evaluate(() => location.hash.slice(1)))
          return [...(await barriersInBoth(page)), ...(await misfitsAt(page, sizes))]
        },
        (error: unknown) => [`${page.url()}: ${String(error)}`],
      )
      await shoot(page, place.name)
      if (here.length > 0) found[place.name] = here
    }
    expect(found).toEqual({})
  }, 400_000)

  it('would be found not to fit', async () => {
    const probe = page.locator('body > p').last()
    await page.evaluate(() => {
      const p = document.body.appendChild(document.createElement('p'))
      p.textContent = 'a text that is far too long for its place'
      p.style.cssText = 'position:fixed;inset:0 auto auto 0;width:40px;overflow:hidden;white-space:nowrap'
    })
    expect(await misfits(page)).toEqual([expect.stringContaining('cut text: p')])
    await probe.evaluate((p) => p.remove())
  })

  it('has dialogs without accessibility problems in either theme', async () => {
    const found: Record<string, string[]> = {}
    for (const { address, open, name } of overlays) {
      await goTo(page, address(ids))
      await page.getByRole('heading', { level: 1 }).first().waitFor()
      await open(page)
      const shown = page.getByRole('dialog', { name }).first()
      await shown.waitFor()
      const here = await barriersInBoth(page)
      await shoot(page, `over ${String(name).replaceAll('/', '')}`)
      if (here.length > 0) found[String(name)] = here
      await page.keyboard.press('Escape')
      await shown.waitFor({ state: 'hidden' })
    }
    expect(found).toEqual({})
  }, 400_000)

  it('has an address that can be copied and opened', async () => {
    // The others were opened by the address that they show.
    const changed = pages.filter((place) => addresses.get(place) !== place.address)
    const opened = [...changed, ...pages.filter(({ name }) => name === 'image')]
    for (const place of new Set(opened)) {
      const copied = addresses.get(place) ?? ''
      await goTo(page, '/doctor')
      await page.locator('#main').getByText('Execution providers').first().waitFor()
      await page.keyboard.press('Control+L')
      const address = page.getByRole('textbox', { name: 'Address' })
      await address.fill(copied)
      await address.press('Enter')
      await come(page, place)
      // A page may add its own choices to its address at any time, but keeps what it was given.
      await page.waitForFunction((to) => {
        const parts = (address: string) => {
          const [at, query] = address.split('?')
          return { at, query: new URLSearchParams(query) }
        }
        const [now, wanted] = [parts(location.hash.slice(1)), parts(to)]
        return now.at === wanted.at && [...wanted.query].every(([key, value]) => now.query.get(key) === value)
      }, copied)
    }
  }, 400_000)

  it('has caused no error of the page', () => {
    expect(shown.complaints).toEqual([])
  })

  /** Round trips of 100 ms that leave time for the work, where a page is to open within a second. Pages need four at most. */
  const deepest = 6
  it('waits for few answers in a row, so that it opens soon over a long line', async () => {
    const start = await holdLine(page)
    expect(start.filter(({ deep }) => deep > deepest)).toEqual([])
    const found: Record<string, unknown> = {}
    let most = 0
    for (const place of pages) {
      const asked = await askedBy(page, place)
      const late = asked.filter(({ deep }) => deep > deepest)
      if (late.length > 0) found[place.name] = asked
      most = Math.max(most, ...asked.map(({ deep }) => deep))
    }
    expect(found).toEqual({})
    // Some pages need an answer before they know what to ask for: a line that held nothing would not see it.
    expect(most).toBeGreaterThan(1)
  }, 400_000)
})
