import { createSharedComposable, useClipboard } from '@vueuse/core'
import { computed, ref } from 'vue'
import { useRouter } from 'vue-router'
import { commandTable, type CommandEntry, type CommandId } from '#shared/commands.ts'
import { bridge } from '../../lib/bridge.ts'
import { useChoosingPaths } from '../../lib/useChoosingPaths.ts'
import { useIntake } from '../intake/useIntake.ts'
import { useNewFigure } from '../../features/figures/useNewFigure.ts'
import { useProblems } from '../../ui/useProblems.ts'
import { useTheme } from '../../lib/useTheme.ts'
import { useEngineStore } from '../../lib/stores/engine.ts'
import { useGuideStore } from '../../features/guide/guideStore.ts'
import { useHistoryStore } from '../../lib/stores/history.ts'
import { useClustersStore } from '../../lib/stores/clusters.ts'
import { useJobsStore } from '../../lib/stores/jobs.ts'
import { useReadOnly } from '../../lib/useLocked.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'
import { editText, writtenIn } from '../../ui/keys/editing.ts'
import { useSideBar } from '../sidebar/useSideBar.ts'
import { useTransfer } from '../transfer/useTransfer.ts'
import { commandIcons } from './icons.ts'

export interface Command extends CommandEntry {
  id: CommandId
  icon: string
  /** Whether it may run now. */
  when: () => boolean
  run: () => void | Promise<void>
}

/** What each command of the table does, and when it may run. The type `Record` makes sure that none is forgotten. */
export const useCommands = createSharedComposable(() => {
  const { showInFolder } = useChoosingPaths()
  const router = useRouter()
  const intake = useIntake()
  const theme = useTheme()
  const newFigure = useNewFigure()
  const jobs = useJobsStore()
  const clusters = useClustersStore()
  const engineStore = useEngineStore()
  const guide = useGuideStore()
  const workspace = useWorkspaceStore()
  const history = useHistoryStore()
  const { attempt, inform } = useProblems()
  const sideBar = useSideBar()
  const transfers = useTransfer()
  const { copy } = useClipboard({ legacy: true })

  const paletteOpen = ref(false)
  const shortcutsOpen = ref(false)
  const datasetDialogOpen = ref(false)
  const addressOpen = ref(false)
  const diagnosticsOpen = ref(false)
  const keepOpen = ref(false)
  const farOpen = ref(false)

  const inWorkspace = () => workspace.isOpen
  const readOnly = useReadOnly()
  const isLocked = (entry: CommandEntry) => entry.changes === true
  const isKept = () => workspace.isOpen && workspace.unkept === null
  const always = () => true
  const go = (name: string) => async () => void (await router.push({ name }))

  const bindings: Record<CommandId, Pick<Command, 'when' | 'run'>> = {
    'model.add': { when: always, run: intake.chooseModels },
    'dataset.add': { when: inWorkspace, run: () => void (datasetDialogOpen.value = true) },
    'study.new': { when: inWorkspace, run: go('study-new') },
    'bundle.open': { when: always, run: intake.chooseBundle },
    'figure.new': { when: inWorkspace, run: () => newFigure.create() },
    'workspace.open': { when: always, run: () => intake.chooseWorkspace() },
    'workspace.openReadOnly': { when: always, run: () => intake.chooseWorkspace(true) },
    'workspace.openFar': { when: always, run: () => void (farOpen.value = true) },
    'workspace.leaveFar': { when: () => engineStore.host !== null, run: intake.leaveFar },
    'workspace.create': { when: always, run: intake.createWorkspace },
    'workspace.openSample': { when: always, run: intake.openSample },
    'workspace.keep': { when: () => workspace.unkept !== null, run: () => void (keepOpen.value = true) },
    'workspace.import': { when: always, run: transfers.chooseZip },
    'workspace.export': { when: isKept, run: () => transfers.begin({ kind: 'export' }) },
    'workspace.merge': { when: inWorkspace, run: transfers.chooseOther },
    'workspace.move': { when: isKept, run: () => transfers.begin({ kind: 'move' }) },
    'workspace.salvage': {
      when: isKept,
      run: () => void (workspace.path && transfers.begin({ kind: 'salvage', from: workspace.path })),
    },
    'workspace.reveal': {
      when: inWorkspace,
      run: async () => void (workspace.path && (await showInFolder(workspace.path))),
    },
    'workspace.close': { when: inWorkspace, run: intake.closeWorkspace },

    'edit.undo': {
      when: () => writtenIn() || history.undoable !== null,
      run: async () => void (writtenIn() ? editText('undo') : await attempt(history.undo)),
    },
    'edit.redo': {
      when: () => writtenIn() || history.redoable !== null,
      run: async () => void (writtenIn() ? editText('redo') : await attempt(history.redo)),
    },

    'view.palette': { when: always, run: () => void (paletteOpen.value = !paletteOpen.value) },
    'view.sidebar': { when: inWorkspace, run: sideBar.toggle },
    'view.jobs': { when: inWorkspace, run: () => void (jobs.trayOpen = !jobs.trayOpen) },
    'view.refresh': { when: always, run: () => engineStore.refresh() },
    'view.copyAddress': {
      when: always,
      run: async () => {
        await copy(router.currentRoute.value.fullPath)
        inform('Address copied', router.currentRoute.value.fullPath)
      },
    },
    'view.goToAddress': { when: always, run: () => void (addressOpen.value = true) },
    'view.light': { when: always, run: () => void (theme.choice.value = 'light') },
    'view.dark': { when: always, run: () => void (theme.choice.value = 'dark') },
    'view.system': { when: always, run: () => void (theme.choice.value = 'auto') },

    'go.models': { when: inWorkspace, run: go('models') },
    'go.datasets': { when: inWorkspace, run: go('datasets') },
    'go.studies': { when: inWorkspace, run: go('studies') },
    'go.questions': { when: inWorkspace, run: go('questions') },
    'go.paper': { when: inWorkspace, run: go('paper') },
    'go.ranking': { when: inWorkspace, run: go('ranking') },
    'go.figures': { when: inWorkspace, run: go('figures') },
    'go.compare': { when: inWorkspace, run: go('compare') },
    'go.gallery': { when: inWorkspace, run: go('gallery') },
    'go.settings': { when: always, run: go('settings') },
    'go.doctor': { when: always, run: go('doctor') },
    'go.back': { when: always, run: () => router.back() },
    'go.forward': { when: always, run: () => router.forward() },

    'job.pause': {
      when: () => jobs.running !== null,
      run: async () => void (await attempt(async () => jobs.running && jobs.pause(jobs.running.id))),
    },
    'job.resume': {
      when: () => jobs.paused !== null,
      run: async () => void (await attempt(async () => jobs.paused && jobs.resume(jobs.paused.id))),
    },
    'job.cancel': {
      when: () => jobs.running !== null,
      run: async () => void (await attempt(async () => jobs.running && jobs.cancel(jobs.running.id))),
    },
    'jobs.clear': {
      when: () => jobs.all.length + clusters.runs.length > jobs.openCount + clusters.openCount,
      run: async () => void (await attempt(() => Promise.all([jobs.clear(), clusters.clear()]))),
    },
    'engine.restart': {
      when: always,
      run: async () => void (await attempt(() => bridge.restartEngine())),
    },
    'help.tour': { when: inWorkspace, run: () => void (guide.tourOpen = !guide.tourOpen) },
    'help.about': { when: always, run: go('about') },
    'help.diagnostics': { when: always, run: () => void (diagnosticsOpen.value = true) },
    'help.shortcuts': { when: always, run: () => void (shortcutsOpen.value = !shortcutsOpen.value) },
  }

  const commands: Command[] = commandTable.map((entry) => ({
    ...entry,
    icon: commandIcons[entry.id],
    run: bindings[entry.id].run,
    when: () => !(isLocked(entry) && readOnly.value !== null) && bindings[entry.id].when(),
  }))
  const available = computed(() => commands.filter((command) => command.when()))

  /** Runs a command by its id if it may run now. Unknown ids do nothing. */
  function run(id: string): void {
    const command = commands.find((c) => c.id === id)
    if (command?.when()) void command.run()
  }

  return {
    commands,
    available,
    run,
    paletteOpen,
    shortcutsOpen,
    datasetDialogOpen,
    addressOpen,
    diagnosticsOpen,
    keepOpen,
    farOpen,
  }
})
