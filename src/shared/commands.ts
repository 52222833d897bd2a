/**
 * Every command of the app as data. The native menu, the palette, the shortcuts sheet and the tests read this table;
 * what a command does, and when it may run, is bound by its id in the renderer.
 */
export type CommandMenu = 'File' | 'View' | 'Go' | 'Jobs' | 'Help'

export interface CommandEntry {
  id: string
  title: string
  menu: CommandMenu
  /** Lucide icon name. */
  icon: string
  /**
   * Chords, the first one shown. `Mod` is Ctrl, or Cmd on a Mac; two chords with a space follow one another ("G M").
   * Only chords with a modifier are accelerators of the native menu.
   */
  keys: readonly string[]
}

export const commandTable = [
  { id: 'model.add', title: 'Add models…', menu: 'File', icon: 'i-lucide-box', keys: ['Mod+O'] },
  { id: 'dataset.add', title: 'Add dataset…', menu: 'File', icon: 'i-lucide-images', keys: ['Mod+Shift+O'] },
  { id: 'study.new', title: 'New study…', menu: 'File', icon: 'i-lucide-flask-conical', keys: ['Mod+N'] },
  { id: 'workspace.open', title: 'Open workspace…', menu: 'File', icon: 'i-lucide-folder-open', keys: [] },
  { id: 'workspace.create', title: 'New workspace…', menu: 'File', icon: 'i-lucide-folder-plus', keys: [] },
  {
    id: 'workspace.openSample',
    title: 'Open sample workspace',
    menu: 'File',
    icon: 'i-lucide-sparkles',
    keys: [],
  },
  {
    id: 'workspace.reveal',
    title: 'Show workspace folder',
    menu: 'File',
    icon: 'i-lucide-folder-search',
    keys: [],
  },
  { id: 'workspace.close', title: 'Close workspace', menu: 'File', icon: 'i-lucide-folder-x', keys: [] },

  {
    id: 'view.palette',
    title: 'Command palette',
    menu: 'View',
    icon: 'i-lucide-search',
    keys: ['Mod+K', 'Mod+Shift+P'],
  },
  {
    id: 'view.sidebar',
    title: 'Show or hide the sidebar',
    menu: 'View',
    icon: 'i-lucide-panel-left',
    keys: ['Mod+B'],
  },
  {
    id: 'view.jobs',
    title: 'Show or hide jobs',
    menu: 'View',
    icon: 'i-lucide-panel-bottom',
    keys: ['Mod+J'],
  },
  {
    id: 'view.refresh',
    title: 'Load this view again',
    menu: 'View',
    icon: 'i-lucide-rotate-cw',
    keys: ['F5'],
  },
  {
    id: 'view.copyAddress',
    title: 'Copy the address of this view',
    menu: 'View',
    icon: 'i-lucide-link',
    keys: ['Mod+Shift+C'],
  },
  { id: 'view.light', title: 'Theme: light', menu: 'View', icon: 'i-lucide-sun', keys: [] },
  { id: 'view.dark', title: 'Theme: dark', menu: 'View', icon: 'i-lucide-moon', keys: [] },
  { id: 'view.system', title: 'Theme: as the system', menu: 'View', icon: 'i-lucide-monitor', keys: [] },

  { id: 'go.models', title: 'Go to models', menu: 'Go', icon: 'i-lucide-box', keys: ['Mod+1', 'G M'] },
  { id: 'go.datasets', title: 'Go to datasets', menu: 'Go', icon: 'i-lucide-images', keys: ['Mod+2', 'G D'] },
  {
    id: 'go.studies',
    title: 'Go to studies',
    menu: 'Go',
    icon: 'i-lucide-flask-conical',
    keys: ['Mod+3', 'G S'],
  },
  { id: 'go.settings', title: 'Settings', menu: 'Go', icon: 'i-lucide-settings-2', keys: ['Mod+,'] },
  { id: 'go.doctor', title: 'Doctor', menu: 'Go', icon: 'i-lucide-stethoscope', keys: ['G H'] },
  { id: 'go.back', title: 'Back', menu: 'Go', icon: 'i-lucide-arrow-left', keys: ['Alt+Left'] },
  { id: 'go.forward', title: 'Forward', menu: 'Go', icon: 'i-lucide-arrow-right', keys: ['Alt+Right'] },

  { id: 'job.pause', title: 'Pause the running job', menu: 'Jobs', icon: 'i-lucide-pause', keys: [] },
  { id: 'job.resume', title: 'Resume the paused job', menu: 'Jobs', icon: 'i-lucide-play', keys: [] },
  { id: 'job.cancel', title: 'Cancel the running job', menu: 'Jobs', icon: 'i-lucide-square', keys: [] },
  { id: 'jobs.clear', title: 'Clear finished jobs', menu: 'Jobs', icon: 'i-lucide-list-x', keys: [] },
  { id: 'engine.restart', title: 'Restart the engine', menu: 'Jobs', icon: 'i-lucide-power', keys: [] },

  { id: 'help.shortcuts', title: 'Keyboard shortcuts', menu: 'Help', icon: 'i-lucide-keyboard', keys: ['?'] },
] as const satisfies readonly CommandEntry[]

export type CommandId = (typeof commandTable)[number]['id']
