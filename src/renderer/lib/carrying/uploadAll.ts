import type { ErrorShape } from '#shared/errors.ts'
import { isAbort, toKernelscopeError } from '../engine/index.ts'
import type { LocalFile } from './localFiles.ts'
import { uploadFile } from './uploadFile.ts'

/** How far it is. Bytes that were there already count as done, but not for the speed. */
export interface UploadProgress {
  files: number
  bytes: number
  /** Bytes a second over the last seconds; null before the first. */
  perSecond: number | null
}

/** A file that could not be uploaded. */
export interface UploadProblem {
  name: string
  problem: ErrorShape
}

/** Files that are uploaded at once. Small ones would otherwise wait for one answer after another. */
const atOnce = 8
/** The speed is that of so many milliseconds. */
const windowMs = 8000

/**
 * Uploads files of this computer into a folder. A file that is refused is told, and the others go on.
 *
 * @param now the time, in milliseconds
 * @returns those that were refused
 * @throws CANCELLED where it was stopped
 */
export async function uploadAll(
  files: readonly LocalFile[],
  folder: string,
  { signal, told }: { signal: AbortSignal; told: (progress: UploadProgress) => void },
  now = () => performance.now(),
): Promise<UploadProblem[]> {
  const problems: UploadProblem[] = []
  const parts = new Map<LocalFile, number>()
  const done = { files: 0, bytes: 0 }
  const speed = new Speed(now)
  const tell = () => {
    let bytes = done.bytes
    for (const part of parts.values()) bytes += part
    told({ files: done.files, bytes, perSecond: speed.of(bytes) })
  }
  const queue = files.values()
  async function work(): Promise<void> {
    for (const local of queue) {
      signal.throwIfAborted()
      try {
        await uploadFile(local, {
          folder,
          signal,
          progress(bytes) {
            // The first word of a file says what was there before.
            if (!parts.has(local)) speed.skip(local.file.size > bytes || bytes === 0 ? bytes : 0)
            parts.set(local, bytes)
            tell()
          },
        })
      } catch (thrown) {
        signal.throwIfAborted()
        if (isAbort(thrown)) throw thrown
        problems.push({ name: local.name, problem: toKernelscopeError(thrown).toShape() })
      }
      parts.delete(local)
      done.files += 1
      done.bytes += local.file.size
      tell()
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, files.length) }, work))
  return problems
}

class Speed {
  readonly #now: () => number
  #marks: { at: number; bytes: number }[]
  #skipped = 0

  constructor(now: () => number) {
    this.#now = now
    this.#marks = [{ at: now(), bytes: 0 }]
  }

  /** Leaves bytes out that did not have to be sent. */
  skip(bytes: number): void {
    this.#skipped += bytes
  }

  of(bytes: number): number | null {
    const mark = { at: this.#now(), bytes: bytes - this.#skipped }
    this.#marks.push(mark)
    while ((this.#marks[1]?.at ?? Infinity) < mark.at - windowMs) this.#marks.shift()
    const first = this.#marks[0] ?? mark
    return mark.at - first.at < 500
      ? null
      : Math.max(0, ((mark.bytes - first.bytes) * 1000) / (mark.at - first.at))
  }
}
