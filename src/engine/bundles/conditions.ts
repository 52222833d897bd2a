import { transform, type Transform } from '#shared/transform.ts'

/** Parses a condition of a bundle; null where this version does not know its transform. */
export function transformOf(condition: string): Transform | null {
  let value: unknown
  try {
    value = JSON.parse(condition)
  } catch {
    return null
  }
  return transform.safeParse(value).data ?? null
}

/** Whether a transform replays masks from the bundle's draws file. Otherwise its masks come from a seed. */
export const replaysDraws = (value: Transform | null): boolean =>
  value?.op === 'patchDrop' && value.draws !== null
