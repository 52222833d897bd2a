import { statSync, type Stats } from 'node:fs'

/** What is at a path, behind links; null where nothing is: also for a link without a target or one that leads to itself. */
export function statOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}
