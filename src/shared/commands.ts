/**
 * Every command of the app, as data. The native menu, the palette, the shortcuts sheet and the tests read this table.
 * The renderer binds to each id what the command does and when it may run.
 */
export type CommandMenu = 'File' | 'Edit' | 'View' | 'Go' | 'Jobs' | 'Help'

export interface CommandEntry {
  id: string
  title: string
  menu: CommandMenu
  /**
   * Chords; the first one is shown. `Mod` is Ctrl, or Cmd on a Mac. Two chords with a space between them follow each
   * other ("G M"). Only chords with a modifier become accelerators of the native menu.
   */
  keys: readonly string[]
  /** More words that the palette finds it by. */
  words?: string
  /** Whether it changes the open workspace or runs something in it. Such commands are off in one that is only read. */
  changes?: true
}

export const commandTable = [
  {
    id: 'model.add',
    title: 'Add models…',
    menu: 'File',
    keys: ['Mod+O'],
    words: 'import onnx network',
    changes: true,
  },
  {
    id: 'dataset.add',
    title: 'Add dataset…',
    menu: 'File',
    keys: ['Mod+Shift+O'],
    words: 'import folder images',
    changes: true,
  },
  { id: 'study.new', title: 'New study…', menu: 'File', keys: ['Mod+N'], changes: true },
  { id: 'bundle.open', title: 'Open bundle…', menu: 'File', keys: [], words: 'import zip reproduce verify' },
  {
    id: 'figure.new',
    title: 'New figure',
    menu: 'File',
    keys: ['Mod+Shift+N'],
    words: 'compose panels export',
    changes: true,
  },
  { id: 'workspace.open', title: 'Open workspace…', menu: 'File', keys: [] },
  {
    id: 'workspace.openReadOnly',
    title: 'Open workspace read-only…',
    menu: 'File',
    keys: [],
    words: 'archive shared look',
  },
  {
    id: 'workspace.openFar',
    title: 'Open a workspace on another machine…',
    menu: 'File',
    keys: [],
    words: 'ssh remote server host connect',
  },
  {
    id: 'workspace.leaveFar',
    title: 'Back to this computer',
    menu: 'File',
    keys: [],
    words: 'ssh remote disconnect local',
  },
  { id: 'workspace.create', title: 'New workspace…', menu: 'File', keys: [] },
  {
    id: 'workspace.openSample',
    title: 'Open sample workspace',
    menu: 'File',
    keys: [],
    words: 'demo example',
  },
  { id: 'workspace.keep', title: 'Keep in a workspace…', menu: 'File', keys: [], changes: true },
  {
    id: 'workspace.import',
    title: 'Import workspace…',
    menu: 'File',
    keys: [],
    words: 'zip archive unpack',
  },
  {
    id: 'workspace.export',
    title: 'Export workspace…',
    menu: 'File',
    keys: [],
    words: 'zip archive share pack',
  },
  {
    id: 'workspace.merge',
    title: 'Add another workspace…',
    menu: 'File',
    keys: [],
    words: 'merge join combine',
    changes: true,
  },
  {
    id: 'workspace.move',
    title: 'Move workspace…',
    menu: 'File',
    keys: [],
    words: 'folder rename disk',
    changes: true,
  },
  {
    id: 'workspace.salvage',
    title: 'Salvage workspace…',
    menu: 'File',
    keys: [],
    words: 'damaged corrupt rescue recover',
  },
  {
    id: 'workspace.reveal',
    title: 'Show workspace folder',
    menu: 'File',
    keys: [],
  },
  { id: 'workspace.close', title: 'Close workspace', menu: 'File', keys: [] },

  { id: 'edit.undo', title: 'Undo', menu: 'Edit', keys: ['Mod+Z'] },
  { id: 'edit.redo', title: 'Redo', menu: 'Edit', keys: ['Mod+Shift+Z', 'Mod+Y'] },

  {
    id: 'view.palette',
    title: 'Command palette',
    menu: 'View',
    keys: ['Mod+K', 'Mod+Shift+P'],
  },
  {
    id: 'view.sidebar',
    title: 'Show or hide the sidebar',
    menu: 'View',
    keys: ['Mod+B'],
  },
  {
    id: 'view.jobs',
    title: 'Show or hide jobs',
    menu: 'View',
    keys: ['Mod+J'],
  },
  {
    id: 'view.refresh',
    title: 'Load this view again',
    menu: 'View',
    keys: ['F5'],
  },
  {
    id: 'view.copyAddress',
    title: 'Copy the address of this view',
    menu: 'View',
    keys: ['Mod+Shift+C'],
    words: 'link url',
  },
  { id: 'view.goToAddress', title: 'Go to address…', menu: 'View', keys: ['Mod+L'], words: 'link url' },
  { id: 'view.light', title: 'Theme: light', menu: 'View', keys: [] },
  { id: 'view.dark', title: 'Theme: dark', menu: 'View', keys: [] },
  { id: 'view.system', title: 'Theme: as the system', menu: 'View', keys: [] },

  { id: 'go.models', title: 'Go to models', menu: 'Go', keys: ['Mod+1', 'G M'] },
  { id: 'go.datasets', title: 'Go to datasets', menu: 'Go', keys: ['Mod+2', 'G D'] },
  {
    id: 'go.studies',
    title: 'Go to studies',
    menu: 'Go',
    keys: ['Mod+3', 'G S'],
  },
  {
    id: 'go.questions',
    title: 'Go to the questions of the paper',
    menu: 'Go',
    keys: ['G Q'],
    words: 'experiments paper help',
  },
  {
    id: 'go.paper',
    title: 'Go to the paper, table by table',
    menu: 'Go',
    keys: ['G T'],
    words: 'tables figures reproduce presets numbers',
  },
  {
    id: 'go.ranking',
    title: 'Go to the ranking',
    menu: 'Go',
    keys: ['Mod+4', 'G R'],
    words: 'leaderboard table benchmarks suite',
  },
  {
    id: 'go.figures',
    title: 'Go to figures',
    menu: 'Go',
    keys: ['Mod+5', 'G F'],
    words: 'export compose panels',
  },
  { id: 'go.compare', title: 'Compare models', menu: 'Go', keys: ['G C'] },
  {
    id: 'go.gallery',
    title: 'Go to the gallery',
    menu: 'Go',
    keys: ['G G'],
    words: 'corruptions perturbations',
  },
  { id: 'go.settings', title: 'Settings', menu: 'Go', keys: ['Mod+,'], words: 'preferences options' },
  { id: 'go.doctor', title: 'Doctor', menu: 'Go', keys: ['G H'], words: 'check providers cuda runtime' },
  { id: 'go.back', title: 'Back', menu: 'Go', keys: ['Alt+Left'] },
  { id: 'go.forward', title: 'Forward', menu: 'Go', keys: ['Alt+Right'] },

  { id: 'job.pause', title: 'Pause the running job', menu: 'Jobs', keys: [], changes: true },
  { id: 'job.resume', title: 'Resume the paused job', menu: 'Jobs', keys: [], changes: true },
  { id: 'job.cancel', title: 'Cancel the running job', menu: 'Jobs', keys: [], changes: true },
  { id: 'jobs.clear', title: 'Clear finished jobs', menu: 'Jobs', keys: [], changes: true },
  { id: 'engine.restart', title: 'Restart the engine', menu: 'Jobs', keys: [], words: 'kill hang' },

  { id: 'help.tour', title: 'Tour', menu: 'Help', keys: [], words: 'guide help introduction' },
  { id: 'help.shortcuts', title: 'Keyboard shortcuts', menu: 'Help', keys: ['?'], words: 'keys help' },
  {
    id: 'help.about',
    title: 'About Kernelscope',
    menu: 'Help',
    keys: [],
    words: 'version licence license notices packages',
  },
  {
    id: 'help.diagnostics',
    title: 'Save diagnostics…',
    menu: 'Help',
    keys: [],
    words: 'log export zip report problem',
  },
] as const satisfies readonly CommandEntry[]

export type CommandId = (typeof commandTable)[number]['id']
