import type { ErrorShape } from './errors.ts'
import type { FileKind } from './fileKinds.ts'

/** State of the engine process, as the window sees it. */
export type EngineState = {
  /** The machine that the engine runs on, as the person names it to ssh; left out where it is this one. */
  host?: string
  /** Home folder of the person on that machine, once it has answered. */
  home?: string
  /** Milliseconds from here to that machine and back, rounded. */
  roundTripMs?: number
} & (
  | { state: 'starting' }
  | { state: 'ready' }
  /**
   * The process ended or does not answer. It is started again after `retryInMs` milliseconds. `busy`: the process still
   * runs and may answer later.
   */
  | { state: 'down'; problem: ErrorShape; retryInMs: number; restarts: number; busy?: boolean }
  /** Not started again, because it ended too often in a short time. The user can ask for another try. */
  | { state: 'failed'; problem: ErrorShape; restarts: number }
)

/** What came of connecting to another machine. `workspace` is the folder that was asked for, as a path there. */
export type Connected = { workspace: string | null } | { problem: ErrorShape }

/** A file that the engine's machine offers (`files.offer`). */
export interface FarFile {
  id: string
  name: string
  bytes: number
  /** As 64 hexadecimal digits. */
  sha256: string
}

/** How far a fetch is: whole files, and bytes of all. */
export interface FetchProgress {
  files: number
  bytes: number
}

/** What was fetched, with why no more was; null where the person chose no place. */
export type Fetched = { files: { path: string; bytes: number }[]; problem?: ErrorShape } | null

/** What a machine has of Kernelscope, and what would be done for it to have this version. */
export interface InstallLook {
  plan:
    | { state: 'ready' }
    /** The engine of this computer can be sent. */
    | { state: 'install'; why: string }
    /** It cannot: the person runs a command there. */
    | { state: 'byHand'; why: string; command: string }
  host: string
  version: string
  /** System, processor and C library, for people. */
  machine: string
  /** Bytes that would be sent, before packing. */
  bytes: number
}

/** How far an installation is. */
export interface InstallStep {
  step: 'preparing' | 'sending' | 'checking'
  bytes: number
  total: number
}

/**
 * What the preload gives the page, as `window.kernelscope`. The page gets paths only from dialogs and drops.
 * The RPC port arrives as a `message` event on window with data `'kernelscope:port'` and one MessagePort. A new port
 * arrives after every start of the engine.
 */
export interface Bridge {
  platform: string
  versions: { electron: string; chromium: string }
  /** The person's home folder, for showing paths; empty where the system does not name one. */
  home: string
  /** Asks for an RPC port. */
  connect(): void
  openFiles(kind: FileKind): Promise<string[]>
  openFolder(title: string): Promise<string | null>
  saveFile(suggestedName: string): Promise<string | null>
  pathOfDropped(file: File): string
  showInFolder(path: string): Promise<void>
  /** Fetches files of the engine's machine to where the person chooses in a dialog. */
  fetchFiles(files: FarFile[]): Promise<Fetched>
  stopFetch(): void
  /** Calls back while files are fetched. Returns a function that stops this. */
  onFetchProgress(callback: (progress: FetchProgress) => void): () => void
  restartEngine(): Promise<void>
  /**
   * Uses the engine of another machine for this window, by an address `ssh://…`, or that of this one (null). The engine that
   * was used so far stays until the other one answers.
   */
  useEngine(address: string | null): Promise<Connected>
  /** Gives up connecting. */
  stopConnecting(): Promise<void>
  /** Says what the machine of an address has, over ssh. Nothing is changed there. */
  lookAtMachine(address: string): Promise<InstallLook | { problem: ErrorShape }>
  /** Sends the engine of this computer to the machine of an address. Resolves to null when it is there. */
  installEngine(address: string): Promise<ErrorShape | null>
  stopInstall(): void
  /** Calls back while the engine is sent. Returns a function that stops this. */
  onInstallStep(callback: (step: InstallStep) => void): () => void
  /** Calls back at once with the current state, then at every change. Returns a function that stops this. */
  onEngineState(callback: (state: EngineState) => void): () => void
  /** Calls back with the id (see the command table) of each command chosen in the native menu. */
  onCommand(callback: (id: string) => void): () => void
  /**
   * Calls back with absolute paths of files and folders that were given at the start, given by a second start of the
   * app, or dropped on its icon.
   */
  onOpenPaths(callback: (paths: string[]) => void): () => void
  /** Shows the progress of the running job in the taskbar, from 0 to 1; null when no job runs. */
  setProgress(fraction: number | null): void
  notify(title: string, body: string): void
  /** Frees the memory of pictures and files that the page no longer shows. */
  freeMemory(): void
}
