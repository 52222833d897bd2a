import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { root } from '../../scripts/run.ts'

/** Ids of rows of the open workspace, for the addresses of pages. */
export interface Ids {
  model: number
  /** A model of the same family, to compare with. */
  other: number
  vit: number
  dataset: number
  image: number
  study: number
  /** A study over images, and one of its images. */
  imageStudy: number
  studyImage: number
  figure: number
}

/** A page of the app: the name of its route, an address with real rows, and texts that show that it has loaded. */
export interface PageOfApp {
  name: string
  address: string
  shows: string | RegExp
}

export const pagesOf = ({
  model,
  other,
  vit,
  dataset,
  image,
  study,
  imageStudy,
  studyImage,
  figure,
}: Ids): PageOfApp[] => [
  { name: 'models', address: '/models', shows: 'RepLK-31' },
  { name: 'model-overview', address: `/models/${model}/overview`, shows: 'Input' },
  { name: 'model-kernels', address: `/models/${model}/kernels`, shows: '31×31' },
  { name: 'model-layers', address: `/models/${model}/layers`, shows: 'layers' },
  { name: 'model-preprocessing', address: `/models/${model}/preprocessing`, shows: 'Interpolation' },
  { name: 'model-attention', address: `/models/${vit}/attention`, shows: 'Attention' },
  { name: 'model-saliency', address: `/models/${model}/saliency`, shows: 'Saliency' },
  { name: 'model-receptive-field', address: `/models/${model}/receptive-field`, shows: 'Receptive field' },
  { name: 'compare-structure', address: `/compare/structure?a=${model}&b=${other}`, shows: 'Structure' },
  { name: 'compare-kernels', address: `/compare/kernels?a=${model}&b=${other}`, shows: 'Kernel' },
  { name: 'compare-distance', address: `/compare/distance?a=${model}&b=${other}`, shows: 'distance' },
  { name: 'datasets', address: '/datasets', shows: 'Stickers-16 val' },
  { name: 'dataset', address: `/datasets/${dataset}`, shows: 'Stickers-16 val' },
  { name: 'dataset-confusion', address: `/datasets/${dataset}/confusion`, shows: 'Confusion' },
  { name: 'dataset-subsets', address: `/datasets/${dataset}/subsets`, shows: 'Subsets' },
  { name: 'image', address: `/images/${image}?dataset=${dataset}`, shows: 'True class' },
  { name: 'studies', address: '/studies', shows: 'Random patch drop' },
  { name: 'study-new', address: '/studies/new', shows: 'Start' },
  { name: 'study', address: `/studies/${study}`, shows: 'What was used' },
  { name: 'study-images', address: `/studies/${imageStudy}/images`, shows: 'Fails first' },
  {
    name: 'study-image',
    address: `/studies/${imageStudy}/images/${studyImage}`,
    shows: 'Random patch drop',
  },
  { name: 'questions', address: '/questions', shows: 'Salient occlusion' },
  { name: 'paper', address: '/paper', shows: 'Table 5' },
  { name: 'ranking', address: '/ranking', shows: 'Ranking' },
  { name: 'figures', address: '/figures', shows: 'Figures' },
  { name: 'figure', address: `/figures/${figure}`, shows: 'Panel' },
  { name: 'gallery', address: '/gallery', shows: 'Gallery' },
  { name: 'bundle', address: '/bundle', shows: 'Bundle' },
  { name: 'settings', address: '/settings', shows: 'Execution provider' },
  { name: 'about', address: '/about', shows: 'Packages and licences' },
  { name: 'doctor', address: '/doctor', shows: 'Execution providers' },
]

/** Routes that redirect to another one. */
const redirects = ['compare']
/** Views that are shown only while no workspace is open. */
const closed = ['welcome']

/** Names of all routes, read from the router's table, so that no new page is forgotten here. */
export function routeNames(): string[] {
  const source = readFileSync(path.join(root, 'src/renderer/router.ts'), 'utf8')
  const names = [...source.matchAll(/\bname: '([a-z-]+)',/g)].map(([, name]) => name ?? '')
  return [...new Set(names)].filter((name) => !redirects.includes(name) && !closed.includes(name))
}

/** Goes to an address as a link would, and waits until the page shows its texts and nothing is loading. */
export async function visit(page: Page, { name, address, shows }: PageOfApp) {
  await page.evaluate((hash) => {
    location.hash = hash
  }, address)
  await come(page, { name, shows })
}

export async function come(page: Page, { name, shows }: Pick<PageOfApp, 'name' | 'shows'>) {
  const here = page.locator(`#main > [data-page="${name}"]`)
  await here.getByText(shows).first().waitFor()
  await here.evaluate(async (place) => {
    const parts = () => place.querySelectorAll('*').length
    const comes = () => place.querySelector('.animate-spin') !== null
    // What is missing by then is judged as missing.
    for (let before = -1, left = 80; left > 0 && (comes() || parts() !== before); left--) {
      before = parts()
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  })
}
