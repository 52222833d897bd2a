import { useRouter } from 'vue-router'
import type { IntakeItem, WorkspaceInfo } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { farAddressOf, isFarAddress } from '#shared/farAddress.ts'
import { useChoosingPaths } from '../../lib/useChoosingPaths.ts'
import { dateTime } from '../../lib/format.ts'
import { engine, toKernelscopeError } from '../../lib/engine/index.ts'
import { useAdding } from '../../features/adding/useAdding.ts'
import { useTakingIn } from '../../features/adding/useTakingIn.ts'
import { useGuideStore } from '../../features/guide/guideStore.ts'
import { useEngineStore } from '../../lib/stores/engine.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'
import { useProblems } from '../../ui/useProblems.ts'
import { homeAddress } from '../home.ts'
import { useFarMachine } from '../far/useFarMachine.ts'
import { useTransfer } from '../transfer/useTransfer.ts'
import { useLeaving } from '../unkept/useLeaving.ts'
import { isPlain } from './plain.ts'

/** Adds models and datasets and opens workspaces, from dialogs, drops, and the paths that the app was started with. */
export function useIntake() {
  const { openFiles, openFolder } = useChoosingPaths()
  const router = useRouter()
  const guide = useGuideStore()
  const workspace = useWorkspaceStore()
  const { addModels, addDataset } = useAdding()
  const { attempt, inform, report } = useProblems()
  const sheet = useTakingIn()
  const { mayLeave } = useLeaving()
  const far = useFarMachine()
  const engineStore = useEngineStore()
  const { begin } = useTransfer()

  async function chooseModels(): Promise<void> {
    await take(await openFiles('model'))
  }

  /** Returns whether the workspace was opened. */
  async function enterWorkspace(open: () => Promise<unknown>): Promise<boolean> {
    if (!(await mayLeave()) || (await attempt(open)) === undefined) return false
    await router.push(await homeAddress(router))
    return true
  }

  async function chooseWorkspace(readOnly = false): Promise<void> {
    const folder = await openFolder(readOnly ? 'Open a workspace read-only' : 'Open a workspace')
    if (folder) await enterWorkspace(() => openOrOffer(folder, readOnly))
  }

  /** Opens a workspace of the engine's machine. On another machine each workspace has an engine of its own. */
  async function openOrOffer(path: string, readOnly = false): Promise<WorkspaceInfo | undefined> {
    const { host } = engineStore
    if (host !== null && path !== workspace.path) await far.connect(farAddressOf(host, path))
    return openHereOrOffer(path, readOnly)
  }

  /** Opens a workspace. Where it is open elsewhere or damaged, offers what helps: a look, or the newest backup. */
  async function openHereOrOffer(path: string, readOnly = false): Promise<WorkspaceInfo | undefined> {
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
    const folder = await openFolder('Choose an empty folder for the new workspace')
    if (folder) await enterWorkspace(() => workspace.create(folder))
  }

  /** The tour opens with the sample's first opening. */
  async function openSample(): Promise<void> {
    const opened = await enterWorkspace(() => workspace.openSample())
    if (opened && guide.visited.size === 0) guide.tourOpen = true
  }
  /** Opens a workspace of the list, on this machine or another one. */
  async function openRecent(path: string): Promise<boolean> {
    if (isFarAddress(path)) return openFar(path)
    if (engineStore.host !== null) await leaveFar()
    return enterWorkspace(() => openOrOffer(path))
  }

  /**
   * Connects to a machine, and opens the workspace that its address names; without one, what is open there stays open.
   * Returns whether it is connected. Why it is not is shown by the dialog.
   */
  async function openFar(address: string): Promise<boolean> {
    if (!(await mayLeave())) return false
    const folder = await far.connect(address).catch(() => undefined)
    if (folder === undefined) return false
    if (folder !== null) await attempt(() => openHereOrOffer(folder))
    await router.push(workspace.isOpen ? await homeAddress(router) : { name: 'welcome' })
    return true
  }

  /** Uses the engine of this machine again. Jobs on the other one go on. */
  async function leaveFar(): Promise<void> {
    if (!(await mayLeave())) return
    await attempt(() => far.leave())
    if (!workspace.isOpen) await router.push({ name: 'welcome' })
  }

  async function closeWorkspace(): Promise<void> {
    if (!(await mayLeave())) return
    await attempt(() => workspace.close())
    if (!workspace.isOpen) await router.push({ name: 'welcome' })
  }

  /** Opens a bundle from its file. No workspace is needed. */
  const openBundle = (path: string) => router.push({ name: 'bundle', query: { file: path } })

  async function chooseBundle(): Promise<void> {
    const [path] = await openFiles('bundle')
    if (path) await openBundle(path)
  }

  /**
   * Takes dropped or given paths, as the engine finds them. Bundles and workspaces are opened. ONNX files and folders of images
   * are added at once; where there is anything else, a sheet says first what each was taken for. Without a workspace, one
   * begins that is not kept yet.
   */
  async function take(paths: readonly string[]): Promise<void> {
    const address = paths.find(isFarAddress)
    if (address !== undefined) return void (await openFar(address))
    if (paths.length === 0) return
    const found = await attempt(() => engine.intake.look({ paths: [...paths] }))
    if (!found) return
    const { items } = found
    const bundle = items.find(({ kind }) => kind === 'bundle')
    if (bundle) await openBundle(bundle.path)
    const own = items.find(({ kind }) => kind === 'workspace')
    const { host } = engineStore
    if (own && !(await openRecent(host === null ? own.path : farAddressOf(host, own.path)))) return
    const taken = items.filter(({ kind }) => kind === 'model' || kind === 'dataset')
    if (taken.length === 0) {
      for (const item of items) if (item.kind === 'unused') report(cannotOpen(item.name, item.reason))
      return
    }
    const begun = !workspace.isOpen
    if (begun && (await attempt(() => workspace.begin())) === undefined) return
    if (begun) await router.push({ name: 'models' })
    const added = isPlain(items) ? await addPlain(items) : await sheet.begin(found)
    // Nothing of it was added, so there is nothing to look at.
    if (begun && added === 0) await closeWorkspace()
  }

  /** Adds what needs no question. */
  async function addPlain(items: readonly IntakeItem[]): Promise<number> {
    const pathsOf = (kind: IntakeItem['kind']) =>
      items.filter((item) => item.kind === kind).map(({ path }) => path)
    const models = pathsOf('model')
    let added = models.length > 0 ? await addModels(models) : 0
    for (const folder of pathsOf('dataset')) if (await addDataset(folder)) added++
    return added
  }

  return {
    chooseModels,
    chooseBundle,
    chooseWorkspace,
    createWorkspace,
    openSample,
    openRecent,
    openFar,
    leaveFar,
    closeWorkspace,
    take,
  }
}

const cannotOpen = (name: string, reason: string) =>
  new KernelscopeError('UNSUPPORTED', `${name} cannot be opened by itself`, {
    hint: `${reason} Open a model, a folder of images, an archive of them, a bundle (.zip) or the folder of a workspace.`,
  })
