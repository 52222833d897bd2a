import { useRouter } from 'vue-router'
import { KernelscopeError } from '#shared/errors.ts'
import { bridge } from '../../lib/bridge.ts'
import { baseName } from '../../lib/format.ts'
import { useAdding } from '../../features/adding/useAdding.ts'
import { useGuideStore } from '../../features/guide/guideStore.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'
import { useProblems } from '../../ui/useProblems.ts'

/** Adds models and datasets and opens workspaces, from dialogs, drops, and the paths that the app was started with. */
export function useIntake() {
  const router = useRouter()
  const guide = useGuideStore()
  const workspace = useWorkspaceStore()
  const { addModels, addDataset } = useAdding()
  const { attempt, report } = useProblems()

  async function chooseModels(): Promise<void> {
    await addModels(await bridge.openFiles('model'))
  }

  /** Returns whether the workspace was opened. */
  async function enterWorkspace(open: () => Promise<unknown>): Promise<boolean> {
    if ((await attempt(open)) === undefined) return false
    await router.push({ name: 'models' })
    return true
  }

  async function chooseWorkspace(): Promise<void> {
    const folder = await bridge.openFolder('Open a workspace')
    if (folder) await enterWorkspace(() => workspace.open(folder))
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
  const openRecent = (path: string) => enterWorkspace(() => workspace.open(path))

  async function closeWorkspace(): Promise<void> {
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
   * Takes dropped or given paths. A .zip is shown as a bundle; .onnx files become models. Anything else is a folder: a
   * workspace while none is open, otherwise a dataset.
   */
  async function take(paths: readonly string[]): Promise<void> {
    const files = paths.filter((path) => /\.onnx$/i.test(path))
    const folders = paths.filter((path) => !/\.(onnx|zip)$/i.test(path))
    const bundle = paths.find((path) => /\.zip$/i.test(path))
    if (bundle) await openBundle(bundle)
    if (!workspace.isOpen) {
      const [folder] = folders
      if (folder) return void (await openRecent(folder))
      const [file] = files
      if (file)
        report(
          new KernelscopeError('WORKSPACE_CLOSED', `${baseName(file)}: no workspace is open to add it to`),
        )
      return
    }
    if (files.length > 0) await addModels(files)
    for (const folder of folders) await addDataset(folder)
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
