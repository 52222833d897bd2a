/** What a command wrote and how it ended. */
export interface Answer {
  /** Exit status; null where a signal ended it. */
  code: number | null
  out: string
  err: string
}

/** How a command is run. */
export interface RunOptions {
  signal?: AbortSignal | undefined
  /** Milliseconds after which it is ended, with an error. */
  timeout?: number
}

/** The machine where SLURM's commands run. Commands are for /bin/sh; paths are of that machine. */
export interface Host {
  /** Its name in messages, e.g. "login.cluster". */
  readonly name: string
  /**
   * Runs a command line.
   *
   * @throws UNSUPPORTED where the machine cannot be reached, or does not answer in time
   */
  run(command: string, options?: RunOptions): Promise<Answer>
  /** Copies a file of this machine there, whole or not at all. @throws UNSUPPORTED, FILE_UNREADABLE, DISK_FULL */
  send(file: string, to: string, options?: RunOptions): Promise<void>
  /** Copies a file from there to this machine. @throws UNSUPPORTED, FILE_MISSING */
  fetch(from: string, file: string, options?: RunOptions): Promise<void>
}
