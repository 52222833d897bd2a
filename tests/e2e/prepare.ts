import type { Page } from 'playwright-core'
import type { Ids } from './pages.ts'

/** The id in the address that the window shows. */
const idInAddress = (page: Page, name: string) =>
  Number(new RegExp(`/${name}/(\\d+)`).exec(page.url())?.[1] ?? 0)

export const goTo = (page: Page, hash: string) =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)

/** Changes the theme of the system, which the page follows while no other is chosen. */
export async function systemTheme(page: Page, theme: 'light' | 'dark') {
  await page.emulateMedia({ colorScheme: theme })
  await page.waitForFunction(
    (dark) => document.documentElement.classList.contains('dark') === dark,
    theme === 'dark',
  )
}

/** Runs a command by its title, from the palette. */
export async function command(page: Page, title: string) {
  await page.keyboard.press('Control+K')
  await page.getByPlaceholder(/^Search commands/).fill(title)
  await page.getByRole('option', { name: title }).first().click()
  await page.getByPlaceholder(/^Search commands/).waitFor({ state: 'hidden' })
}

export const nothingRuns = (page: Page, timeout = 100_000) =>
  page.getByRole('button', { name: 'Jobs' }).filter({ hasText: 'No jobs' }).waitFor({ timeout })

/** Opens the sample workspace, which lands on its main dataset, and goes on to the list of models. */
export async function openSample(page: Page) {
  await page.getByRole('button', { name: /^Open the sample workspace/ }).click()
  await page.waitForURL(/datasets\/\d+/)
  await goTo(page, '/models')
  await page
    .locator('#main')
    .getByRole('row', { name: /RepLK-31 / })
    .waitFor()
}

/** Waits until the sample is complete: its images are indexed, and no job is open for them. */
export async function sampleIsThere(page: Page) {
  await goTo(page, '/datasets')
  await page
    .getByRole('main')
    .getByRole('row', { name: /Stickers-16 val .*\b320\b/ })
    .waitFor({ timeout: 100_000 })
  await nothingRuns(page)
}

/** Runs random patch drop over one image of each class; returns the study's id. */
export async function smallStudy(page: Page, dataset: number): Promise<number> {
  const main = page.getByRole('main')
  await goTo(page, `/studies/new?dataset=${dataset}`)
  await main.getByRole('radio', { name: /^Random patch drop/ }).click()
  await main.getByRole('button', { name: 'Next', exact: true }).click()
  await main.getByRole('radio', { name: 'Per class', exact: true }).click()
  await main.getByRole('spinbutton', { name: 'Images per class' }).fill('1')
  await main.getByRole('button', { name: 'Next', exact: true }).click()
  await main.getByRole('button', { name: 'Quick look' }).click()
  await main.getByRole('button', { name: 'Start' }).click()
  await page.waitForURL(/studies\/\d+/)
  const study = idInAddress(page, 'studies')
  // The images appear when the last of them has been measured.
  await goTo(page, `/studies/${study}/images`)
  await main.getByText('16 measured images').waitFor({ timeout: 300_000 })
  await nothingRuns(page, 300_000)
  return study
}

/** Opens the sample and makes one of everything that a page can show. `question` is the question whose study is run. */
export async function prepare(page: Page, question: string): Promise<Ids> {
  const rowOf = (name: RegExp) => page.locator('#main').getByRole('row', { name }).first()
  const open = async (list: string, name: RegExp) => {
    await goTo(page, `/${list}`)
    await rowOf(name).click()
    await page.waitForURL(new RegExp(`${list}/\\d+`))
    return idInAddress(page, list)
  }
  await openSample(page)
  await sampleIsThere(page)
  const model = await open('models', /RepLK-31 /)
  const other = await open('models', /RepLK-13 /)
  const vit = await open('models', /ViT/)
  const dataset = await open('datasets', /Stickers-16 val/)
  await page.getByRole('option', { name: /^aircraft\/aircraft_001/ }).dblclick()
  await page.waitForURL(/images\/\d+/)
  const image = idInAddress(page, 'images')
  const tour = page.getByRole('complementary', { name: 'Tour' })
  await tour.getByRole('button', { name: `Run: ${question}` }).click()
  await page.waitForURL(/studies\/\d+/)
  const study = idInAddress(page, 'studies')
  await nothingRuns(page, 200_000)
  const imageStudy = await smallStudy(page, dataset)
  await page.locator('#main').getByRole('option').first().dblclick()
  await page.waitForURL(/images\/\d+/)
  const studyImage = idInAddress(page, 'images')
  await command(page, 'New figure')
  await page.waitForURL(/figures\/\d+/)
  return {
    model,
    other,
    vit,
    dataset,
    image,
    study,
    imageStudy,
    studyImage,
    figure: idInAddress(page, 'figures'),
  }
}
