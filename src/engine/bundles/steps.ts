/** Says how far the making or the check of a bundle is, and ends it where its signal is aborted. */
export interface Steps {
  signal: AbortSignal
  /**
   * Says that `done` of `total` units of a part of the work are done. A total of 0 is not known.
   *
   * @param unit what is counted, e.g. "facts"
   * @param note the part, e.g. "Writing facts"
   */
  onProgress(done: number, total: number, unit: string, note: string): void
}

/** Shortest time between two reports of a part, in milliseconds. */
const pauseMs = 50

/**
 * Begins a part of the work. Call what it returns for every unit that is done.
 *
 * @returns a function that throws the signal's reason where the work was stopped
 */
export function beginPart(
  { signal, onProgress }: Steps,
  note: string,
  unit: string,
  total: number,
): () => void {
  signal.throwIfAborted()
  onProgress(0, total, unit, note)
  let done = 0
  let told = performance.now()
  return () => {
    done++
    signal.throwIfAborted()
    const now = performance.now()
    if (now - told < pauseMs && done !== total) return
    told = now
    onProgress(total === 0 ? done : Math.min(done, total), total, unit, note)
  }
}

/** For work that nobody watches or stops. */
export const unwatched: Steps = { signal: new AbortController().signal, onProgress: () => undefined }
