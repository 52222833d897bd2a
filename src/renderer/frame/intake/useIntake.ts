import { useRouter } from 'vue-router'
import type { WorkspaceInfo } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { bridge } from '../../lib/bridge.ts'
import { baseName, dateTime } from '../../lib/format.ts'
import { engine, toKernelscopeError } from '../../lib/engine/index.ts'
import { useAdding } from '../../features/adding/useAdding.ts'
import { useGuideStore } from '../../features/guide/guideStore.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'
import { useProblems } from '../../ui/useProblems.ts'
import { homeAddress } from '../home.ts'
import { useTransfer } from '../transfer/useTransfer.ts'
import { useLeaving } from '../unkept/useLeaving.ts'
import { sortDropped } from './dropped.ts'

/** Adds models and datasets and opens workspaces, from dialogs, drops, and the paths that the app was started with. */
export function useIntake() {
  const router = useRouter()
  const guide = useGuideStore()
  const workspace = useWorkspaceStore()
  const { addModels, addDataset } = useAdding()
  const { attempt, inform, report } = useProblems()
  const { mayLeave } = useLeaving()
  const { begin } = useTransfer()

  async function chooseModels(): Promise<void> {
    await take(await bridge.openFiles('model'))
  }

  /** Returns whether the workspace was opened. */
  async function enterWorkspace(open: () => Promise<unknown>): Promise<boolean> {
    if (!(await mayLeave()) || (await attempt(open)) === undefined) return false
    await router.push(await homeAddress(router))
    return true
  }

  async function chooseWorkspace(readOnly = false): Promise<void> {
    const folder = await bridge.openFolder(readOnly ? 'Open a workspace read-only' : 'Open a workspace')
    if (folder) await enterWorkspace(() => openOrOffer(folder, readOnly))
  }

  /** Opens a workspace. Where it is open elsewhere or damaged, offers what helps: a look, or the newest backup. */
  async function openOrOffer(path: string, readOnly = false): Promise<WorkspaceInfo | undefined> {
    try {
      return await workspace.open(path, readOnly)
    } catch (thrown) {
      const { code, message } = toKernelscopeError(thrown)
      if (code === 'WORKSPACE_CORRUPT') {
        const [newest] = await engine.workspace.backups({ path })
        const salvage = { label: 'Salvage…', onClick: () => begin({ kind: 'salvage', from: path }) }
        if (newest)
          inform(
            message,
            `Its newest backup is of ${dateTime(newest.at)}; what is there now is kept as a backup. Or what can be read is put into a new workspace.`,
            [
              {
                label: 'Restore it',
                onClick: () => void enterWorkspace(() => workspace.restore(newest.name, path)),
              },
              salvage,
            ],
          )
        else
          inform(message, 'It has no backup. What can be read of it can be put into a new workspace.', [
            salvage,
          ])
        return undefined
      }
      if (code !== 'WORKSPACE_LOCKED') throw thrown
      inform('Another Kernelscope has this workspace open', 'It can be looked at as it is now.', [
        { label: 'Open read-only', onClick: () => void enterWorkspace(() => workspace.open(path, true)) },
      ])
      return undefined
    }
  }

  async function createWorkspace(): Promise<void> {
    const folder = await bridge.openFolder('Choose an empty folder for the new workspace')
    if (folder) await enterWorkspace(() => workspace.create(folder))
  }

  /** The tour opens with the sample's first opening. */
  async function openSample(): Promise<void> {
    const opened = await enterWorkspace(() => workspace.openSample())
    if (opened && guide.visited.size === 0) guide.tourOpen = true
  }
  const openRecent = (path: string) => enterWorkspace(() => openOrOffer(path))

  async function closeWorkspace(): Promise<void> {
    if (!(await mayLeave())) return
    await attempt(() => workspace.close())
    if (!workspace.isOpen) await router.push({ name: 'welcome' })
  }

  /** Opens a bundle from its file. No workspace is needed. */
  const openBundle = (path: string) => router.push({ name: 'bundle', query: { file: path } })

  async function chooseBundle(): Promise<void> {
    const [path] = await bridge.openFiles('bundle')
    if (path) await openBundle(path)
  }

  /**
   * Takes dropped or given paths. The folder of a workspace is opened, a .zip is shown as a bundle, .onnx files become
   * models, and other folders become datasets. Without a workspace, one begins that is not kept yet.
   */
  async function take(paths: readonly string[]): Promise<void> {
    const { models, bundles, folders, refused } = sortDropped(paths)
    for (const path of refused) report(cannotOpen(path))
    const [bundle] = bundles
    if (bundle) await openBundle(bundle)
    const own = await attempt(() => workspacesAmong(folders))
    const [first] = own ?? []
    if (first && !(await openRecent(first))) return
    const datasets = folders.filter((folder) => !own?.includes(folder))
    if (models.length + datasets.length === 0) return
    const begun = !workspace.isOpen
    if (begun && (await attempt(() => workspace.begin())) === undefined) return
    if (begun) await router.push({ name: 'models' })
    let added = models.length > 0 ? await addModels(models) : 0
    for (const folder of datasets) if (await addDataset(folder)) added++
    // Nothing of it was a model or a dataset, so there is nothing to look at.
    if (begun && added === 0) await closeWorkspace()
  }

  return {
    chooseModels,
    chooseBundle,
    chooseWorkspace,
    createWorkspace,
    openSample,
    openRecent,
    closeWorkspace,
    take,
  }
}

/** Those folders that hold a workspace. */
async function workspacesAmong(folders: readonly string[]): Promise<string[]> {
  if (folders.length === 0) return []
  const { present } = await engine.system.present({
    paths: folders.map((folder) => `${folder}/workspace.sqlite`),
  })
  return folders.filter((_, i) => present[i])
}

const cannotOpen = (path: string) =>
  new KernelscopeError('UNSUPPORTED', `${baseName(path)} cannot be opened by itself`, {
    hint: 'Open a model (.onnx), a folder of images, a bundle (.zip) or the folder of a workspace.',
  })
