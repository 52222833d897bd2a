import type { Entry } from './entry.ts'
import { looksLikeImage } from '#shared/imageFiles.ts'

/** Most names that a remark lists. */
const shown = 5

/**
 * Collects the files of an archive while it is listed. Names are brought into one form; what has a name that leads out of
 * the archive, is hidden, or is no file is left out, with a remark where it may be an image.
 */
export class Collected {
  readonly #entries = new Map<string, Entry>()
  readonly #leftOut = new Map<string, string[]>()
  #repeated: string[] = []

  get files(): Entry[] {
    return [...this.#entries.values()]
  }

  /** Adds a file; of files with one name the last counts, as in unpacking. */
  add(entry: Entry): void {
    const name = plainName(entry.name)
    if (name === null) return this.leaveOut(entry.name, 'names that lead out of the archive')
    if (name === '' || isHidden(name)) return
    if (name.includes('\uFFFD')) return this.leaveOut(name, 'names that are not valid UTF-8')
    if (this.#entries.has(name)) this.#repeated.push(name)
    this.#entries.set(name, { ...entry, name })
  }

  /** Finds a file that was added before. */
  find(name: string): Entry | undefined {
    return this.#entries.get(plainName(name) ?? '')
  }

  /** Adds an image that cannot be read, so that it is counted and named; says nothing of other files. */
  addUnreadable(name: string, problem: string): void {
    if (looksLikeImage(name)) this.add({ name, bytes: 0, place: null, problem })
  }

  leaveOut(name: string, what: string): void {
    if (isHidden(name)) return
    const names = this.#leftOut.get(what) ?? []
    names.push(name)
    this.#leftOut.set(what, names)
  }

  /** Sentences on what was left out. */
  remarks(): string[] {
    const left = [...this.#leftOut].map(([what, names]) => `Left out, ${what}: ${someOf(names)}.`)
    const repeated = this.#repeated
    return repeated.length === 0
      ? left
      : [...left, `Names that are there more than once; the last one counts: ${someOf(repeated)}.`]
  }
}

const someOf = (names: readonly string[]): string =>
  `${names.slice(0, shown).join(', ')}${names.length > shown ? ` and ${names.length - shown} more` : ''}`

const isHidden = (name: string): boolean =>
  name
    .split('/')
    .some((step) => (step.startsWith('.') && step !== '.' && step !== '..') || step === '__MACOSX')

/** A name without "." and empty steps; null where it is absolute or leads out of the archive. */
export function plainName(name: string): string | null {
  const steps = name.split('/')
  if (name.startsWith('/') || /^[A-Za-z]:[\\/]/.test(name) || steps.includes('..')) return null
  return steps.filter((step) => step !== '' && step !== '.').join('/')
}
