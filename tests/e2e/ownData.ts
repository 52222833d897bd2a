import path from 'node:path'
import type { ElectronApplication, Page } from 'playwright-core'
import type { World } from '../minerals/make.ts'
import { dropsOn } from './drops.ts'
import { command, goTo, nothingRuns } from './prepare.ts'

/** What a walk from own files to a figure needs. */
export interface Walk {
  app: ElectronApplication
  page: Page
  world: World
  /** The folder of the workspace that the walk makes. */
  kept: string
  shoot: (name: string) => Promise<unknown>
}

/** Answers the next choices of files and folders. */
const choose = ({ app }: Walk, chosen: string) =>
  app.evaluate(({ dialog }, file) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [file] })
  }, chosen)

const mainOf = ({ page }: Walk) => page.getByRole('main')
const models = [1, 2, 3]
const preprocessingOf = (model: number) => `/models/${model}/preprocessing`

async function dropFiles(walk: Walk) {
  const { page, world } = walk
  await dropsOn(() => page).drop([...world.models, world.images])
  await mainOf(walk).getByRole('heading', { name: 'minerals' }).waitFor()
  await nothingRuns(page)
  await page.getByRole('status').filter({ hasText: 'Not kept yet.' }).waitFor()
  await walk.shoot('own-dataset')
}

async function readWarnings(walk: Walk) {
  await goTo(walk.page, '/models')
  const main = mainOf(walk)
  await main.getByText('3 models of 9 outputs have no labels.').waitFor()
  await main.getByText('in alphabetical order, which is a guess').waitFor()
  await main.getByText('assumed', { exact: true }).nth(2).waitFor()
  await walk.shoot('own-models')
}

async function giveLabels(walk: Walk) {
  const { page, world } = walk
  const main = mainOf(walk)
  await goTo(page, preprocessingOf(1))
  await main.getByRole('checkbox', { name: /^For all 3 models/ }).click()
  await choose(walk, world.labels)
  await main.getByRole('button', { name: 'From a file…' }).click()
  const fits = main.getByRole('list', { name: 'Labels by dataset' })
  await fits.getByText('0 of 9 classes').waitFor()
  await fits.getByRole('button', { name: 'Match 7 of them by spelling' }).click()
  await fits.getByText('7 of 9 classes').waitFor()
  await fits.getByRole('button', { name: 'Match the classes of minerals' }).click()
  const editor = page.getByRole('dialog', { name: 'Classes of minerals' })
  await editor.getByRole('button', { name: 'Take 2 by near names' }).waitFor()
  await walk.shoot('own-labels')
  await editor.getByRole('button', { name: 'Take 2 by near names' }).click()
  await editor.getByRole('button', { name: 'Save' }).click()
  for (const model of models) {
    await goTo(page, preprocessingOf(model))
    await fits.getByText('9 of 9 classes').waitFor()
  }
}

async function tryPreprocessing(walk: Walk) {
  const { page } = walk
  const main = mainOf(walk)
  for (const model of models) {
    await goTo(page, preprocessingOf(model))
    await main.getByRole('button', { name: 'Try', exact: true }).click()
  }
  await nothingRuns(page)
  for (const model of models) {
    await goTo(page, preprocessingOf(model))
    const best = main.getByRole('button', { name: /^(Use the best|Confirm)$/ }).first()
    await best.scrollIntoViewIfNeeded()
    if (model === 1) await walk.shoot('own-trial')
    await best.click()
    await main.getByText(/chosen in a trial/).waitFor()
  }
}

async function keep(walk: Walk) {
  await walk.page.getByRole('button', { name: 'Keep in a workspace…' }).click()
  const dialog = walk.page.getByRole('dialog', { name: 'Keep in a workspace' })
  await choose(walk, walk.kept)
  await dialog.getByRole('button', { name: 'Choose a folder…' }).click()
  await dialog.getByRole('button', { name: 'Keep', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** The experiments, in the order of the paper's sections. */
const kinds = [
  'clean-accuracy',
  'random-patch-drop',
  'adversarial',
  'lesion',
  'noise-frequency',
  'kernel-size',
  'attention-distance',
  'feature-variance',
  'kernel-attention',
]

/** Starts a study with one image of each class. */
async function start(walk: Walk, kind: string) {
  const main = mainOf(walk)
  await goTo(walk.page, `/studies/new?kind=${kind}&step=on`)
  if (kind !== 'kernel-attention') {
    await main.getByRole('radio', { name: 'Per class', exact: true }).click()
    await main.getByRole('spinbutton', { name: 'Images per class' }).fill('1')
  }
  if (kind === 'random-patch-drop') {
    const states = main.getByRole('list', { name: 'Labels of the models' }).getByRole('listitem')
    await states
      .nth(2)
      .filter({ hasText: /labels .*, \d+ of \d+ classes/ })
      .waitFor()
    await walk.shoot('own-study')
  }
  await main.getByRole('button', { name: 'Start', exact: true }).click()
  await walk.page.waitForURL(/studies\/\d+/)
}

async function runExperiments(walk: Walk) {
  const { page } = walk
  for (const kind of kinds) await start(walk, kind)
  await nothingRuns(page, 400_000)
  await goTo(page, '/studies')
  const rows = mainOf(walk).getByRole('row').filter({ hasText: '3 models' })
  await rows
    .filter({ hasText: 'Done' })
    .nth(kinds.length - 1)
    .waitFor()
  await mainOf(walk).getByText(/n = 9/).first().waitFor()
  await walk.shoot('own-studies')
}

async function composeFigure(walk: Walk) {
  const { page } = walk
  const main = mainOf(walk)
  await command(page, 'New figure')
  await page.waitForURL(/figures\/\d+/)
  for (const title of ['Random patch drop', 'Lesion study']) {
    await main.getByRole('button', { name: /^Add/ }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Add a panel' })
    await dialog.getByRole('combobox', { name: 'Study' }).click()
    await page
      .getByRole('option', { name: new RegExp(`^${title}`) })
      .first()
      .click()
    await dialog.getByRole('listitem').first().getByRole('button').click()
    await dialog.waitFor({ state: 'hidden' })
  }
  await main.getByText('(b)').first().waitFor()
  await walk.shoot('own-figure')
  await main.getByRole('button', { name: 'Export', exact: true }).click()
  await page
    .getByRole('dialog', { name: /^Export/ })
    .getByRole('button', { name: 'Write' })
    .click()
}

async function exportTables(walk: Walk) {
  await goTo(walk.page, '/studies/1')
  await mainOf(walk).getByRole('heading', { name: 'Clean accuracy' }).first().waitFor()
  await command(walk.page, 'Export tables')
}

/** The steps of the walk: what a newcomer does, in words and in the window. */
export const steps: readonly { does: string; run: (walk: Walk) => Promise<void> }[] = [
  { does: 'drops models and images on the welcome page and sees them', run: dropFiles },
  { does: 'is told that labels are missing and that preprocessing is a guess', run: readWarnings },
  { does: 'gives all models the labels of a file, and matches other spellings', run: giveLabels },
  { does: 'tries preprocessings and takes the best', run: tryPreprocessing },
  { does: 'keeps it all in a workspace', run: keep },
  { does: 'runs the experiments of the paper', run: runExperiments },
  { does: 'composes a figure of two studies and exports it', run: composeFigure },
  { does: 'exports tables for LaTeX', run: exportTables },
]

/** The folder that exports of the walk go to. */
export const exportsOf = ({ kept }: Pick<Walk, 'kept'>): string => path.join(kept, 'exports')
