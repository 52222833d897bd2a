import { START_LOCATION, type Router } from 'vue-router'
import { engine } from '../lib/engine/index.ts'
import { useLastPageStore } from '../lib/stores/lastPage.ts'
import { useWorkspaceStore } from '../lib/stores/workspace.ts'
import { mainDataset } from '../lib/usualDataset.ts'

/**
 * Where the open workspace begins: at the page that was shown last, if it still exists. Otherwise at the newest study
 * that has ended, or else the main dataset, or else the list of models.
 */
export async function homeAddress(router: Router): Promise<string> {
  const { place } = useWorkspaceStore()
  const last = place === null ? null : useLastPageStore().of(place)
  if (last !== null && (await exists(router, last))) return last
  return bestAddress().catch(() => '/models')
}

/** Remembers every page of the open workspace as its last one. */
export function rememberPages(router: Router): void {
  router.afterEach(({ fullPath, name, meta }, _from, failure) => {
    const { place } = useWorkspaceStore()
    if (!failure && place !== null && name !== undefined && !meta.free)
      useLastPageStore().remember(place, fullPath)
  })
}

/**
 * Leads to the page that the open workspace begins with, and to the welcome page where none is open. Finding that page takes
 * requests; who follows a link meanwhile goes where the link leads.
 */
export function leadToHome(router: Router): void {
  /** Whether the app has chosen the page that it starts with. A redirection keeps where it came from. */
  let started = false
  let navigations = 0
  router.beforeEach(async (to, from) => {
    const own = ++navigations
    const workspace = useWorkspaceStore()
    if (to.name !== 'welcome' && to.meta.free) return true
    if (workspace.info === undefined) await workspace.known
    if (!workspace.isOpen) return to.name === 'welcome' || { name: 'welcome' }
    const starts = !started && from === START_LOCATION && to.redirectedFrom?.path === '/'
    started = true
    if (!starts && to.name !== 'welcome') return true
    const home = await homeAddress(router)
    // The router follows the redirection of a navigation even if a newer one has taken its place.
    return own === navigations ? home : true
  })
}

/** How it is found out whether the row exists whose id stands behind the first part of an address. */
const rows: Record<string, (id: number) => Promise<unknown>> = {
  models: (id) => engine.models.get({ id }),
  datasets: (id) => engine.datasets.get({ id }),
  images: (id) => engine.datasets.image({ id }),
  studies: (id) => engine.studies.get({ id }),
  figures: (id) => engine.compositions.get({ id }),
}

async function exists(router: Router, address: string): Promise<boolean> {
  const { name, path, params, meta } = router.resolve(address)
  if (name === undefined || meta.free) return false
  const id = Number(params['id'] ?? 0)
  const row = id > 0 ? rows[path.split('/')[1] ?? ''] : undefined
  if (!row) return true
  return row(id).then(
    () => true,
    () => false,
  )
}

async function bestAddress(): Promise<string> {
  const ended = (await engine.studies.list()).filter(({ job }) => job?.state === 'done')
  const [newest] = ended.sort((a, b) => b.createdAt - a.createdAt)
  if (newest) return `/studies/${newest.id}`
  const dataset = mainDataset(await engine.datasets.list())
  return dataset ? `/datasets/${dataset.id}` : '/models'
}
