import type { ErrorShape } from './errors.ts'

/** What the window may see of the engine process. */
export type EngineState =
  | { state: 'starting' }
  | { state: 'ready' }
  /**
   * The process ended or stopped answering; it is started again after `retryInMs`. `busy`: it is still there and may yet
   * answer.
   */
  | { state: 'down'; problem: ErrorShape; retryInMs: number; restarts: number; busy?: boolean }
  /** Given up after too many quick deaths; the user can ask for another try. */
  | { state: 'failed'; problem: ErrorShape; restarts: number }

export type FileKind = 'model' | 'labels' | 'draws' | 'image' | 'bundle'

/**
 * All that the preload gives the page, as `window.kernelscope`. A path reaches the page only from a dialog or a drop.
 * The RPC port arrives as a `message` event on window with data `'kernelscope:port'` and one MessagePort; a new one
 * comes after every start of the engine.
 */
export interface Bridge {
  platform: string
  /** The person's home folder, for paths on the screen; empty where the system does not say. */
  home: string
  /** Asks for an RPC port. */
  connect(): void
  openFiles(kind: FileKind): Promise<string[]>
  openFolder(title: string): Promise<string | null>
  saveFile(suggestedName: string): Promise<string | null>
  pathOfDropped(file: File): string
  showInFolder(path: string): Promise<void>
  restartEngine(): Promise<void>
  /** Calls back at once with the present state, then at every change; returns the way to stop. */
  onEngineState(callback: (state: EngineState) => void): () => void
  /** A command of the native menu was chosen, by its id in the command table. */
  onCommand(callback: (id: string) => void): () => void
  /** Files and folders given at the start, by a second start of the app or dropped on its icon; absolute paths. */
  onOpenPaths(callback: (paths: string[]) => void): () => void
  /** Fraction of the running job for the taskbar; null when none runs. */
  setProgress(fraction: number | null): void
  notify(title: string, body: string): void
  /** Gives back what the page holds of pictures and files that it does not show any more. */
  freeMemory(): void
}
