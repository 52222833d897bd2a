import type { Router } from 'vue-router'
import { engine } from '../lib/engine/index.ts'
import { useLastPageStore } from '../lib/stores/lastPage.ts'
import { useWorkspaceStore } from '../lib/stores/workspace.ts'
import { mainDataset } from '../lib/usualDataset.ts'

/**
 * Where the open workspace begins: at the page that was shown last, if it still exists. Otherwise at the newest study
 * that has ended, or else the main dataset, or else the list of models.
 */
export async function homeAddress(router: Router): Promise<string> {
  const { path } = useWorkspaceStore()
  const last = path === null ? null : useLastPageStore().of(path)
  if (last !== null && (await exists(router, last))) return last
  return bestAddress().catch(() => '/models')
}

/** Remembers every page of the open workspace as its last one. */
export function rememberPages(router: Router): void {
  router.afterEach(({ fullPath, name, meta }, _from, failure) => {
    const { path } = useWorkspaceStore()
    if (!failure && path !== null && name !== undefined && !meta.free)
      useLastPageStore().remember(path, fullPath)
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
