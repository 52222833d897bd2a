import type { Contract } from './index.ts'

/**
 * The requests that change the open workspace or run something in it. They are refused with WORKSPACE_READONLY where the
 * workspace is only read. All others only read it, or are about another one.
 */
export const changes = {
  annotations: ['tag', 'revert', 'note'],
  cluster: ['submit', 'refresh', 'cancel', 'resume', 'clear'],
  compositions: ['create', 'save', 'remove', 'saveStyle', 'removeStyle'],
  datasets: ['add', 'reindex', 'rename', 'remove', 'reroot'],
  jobs: ['pause', 'resume', 'cancel', 'reorder', 'clear'],
  models: ['add', 'check', 'remove', 'update', 'setLabels', 'try', 'take', 'useSidecar'],
  studies: ['suite', 'run', 'store', 'rerun', 'rename', 'remove', 'importDraws'],
  subsets: ['create', 'update', 'remove'],
  system: ['updateSettings'],
  units: ['merge'],
  workspace: ['keep', 'trim', 'backUp', 'move', 'merge', 'undoRemoval'],
} as const satisfies { [Room in keyof Contract]?: readonly (keyof Contract[Room])[] }

const changing: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(changes))

/** Whether a request changes the open workspace, by its path in the contract, e.g. ['studies', 'run']. */
export const isChange = ([room = '', name = '']: readonly string[]): boolean =>
  changing.get(room)?.includes(name) ?? false
