/** Where a command writes: results to `out`, progress and warnings to `err`. */
export interface Io {
  out(text: string): void
  err(text: string): void
  /** Whether progress may be redrawn in place. */
  interactive: boolean
  /** Columns of the terminal that shows progress. */
  columns: number
  /** Aborted at the first Ctrl-C. */
  signal: AbortSignal
  env: Record<string, string | undefined>
  cwd: string
}
