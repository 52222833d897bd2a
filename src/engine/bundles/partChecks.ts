import type { BundlePart } from '#shared/contract/index.ts'
import { differences, type Differences } from './differences.ts'

type How = BundlePart['how']

interface Check {
  how: How
  detail: string
  found: Differences
}

/** How each part of a bundle was checked, in the order in which parts were first named. */
export class PartChecks {
  readonly #parts = new Map<string, Check>()

  #of(part: string): Check {
    const known = this.#parts.get(part) ?? { how: 'read', detail: '', found: differences() }
    this.#parts.set(part, known)
    return known
  }

  /** The differences of a part. */
  differencesOf(part: string): Differences {
    return this.#of(part).found
  }

  /** Says how a part was checked. What differs stays so. */
  set(part: string, how: Exclude<How, 'differs'>, detail: string): void {
    const check = this.#of(part)
    check.how = how
    check.detail = detail
  }

  /** Says that a part was only read, unless something was said of it already. */
  fallBack(part: string, detail: string): void {
    if (!this.#parts.get(part)?.detail) this.set(part, 'read', detail)
  }

  /** Says that a part is wrong as a whole. */
  fault(part: string, stored: unknown, wanted: unknown, where = ''): void {
    this.#of(part).found.add(where, stored, wanted)
  }

  /** Takes differences that were found of a part. */
  adopt(part: string, found: Differences): void {
    if (found.total > 0) this.#of(part).found = found
  }

  /** Whether a part was derived from the rest, and fits. */
  isDerived(part: string): boolean {
    const check = this.#parts.get(part)
    return check?.how === 'derived' && check.found.total === 0
  }

  list(): BundlePart[] {
    return [...this.#parts].map(([part, { how, detail, found }]) => ({
      part,
      how: found.total > 0 ? 'differs' : how,
      detail,
      differences: [...found.listed],
      differing: found.total,
    }))
  }
}
