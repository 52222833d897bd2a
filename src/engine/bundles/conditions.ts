import { transform, type Transform } from '#shared/transform.ts'

/** What a condition of a bundle does to images; null for one that this version does not know. */
export function transformOf(condition: string): Transform | null {
  let value: unknown
  try {
    value = JSON.parse(condition)
  } catch {
    return null
  }
  return transform.safeParse(value).data ?? null
}

/** Whether its masks are read from the draws of the bundle; else they come from a seed. */
export const replaysDraws = (value: Transform | null): boolean =>
  value?.op === 'patchDrop' && value.draws !== null
