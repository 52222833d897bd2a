import { stimulus, type Stimulus } from '#shared/stimulus.ts'

/** What a condition of a bundle does to images; null for one that this version does not know. */
export function stimulusOf(condition: string): Stimulus | null {
  let value: unknown
  try {
    value = JSON.parse(condition)
  } catch {
    return null
  }
  return stimulus.safeParse(value).data ?? null
}

/** Whether its masks are read from the draws of the bundle; else they come from a seed. */
export const replaysDraws = (value: Stimulus | null): boolean =>
  value?.op === 'patchDrop' && value.draws !== null
