import { basename } from 'node:path'
import { formatsOf, renumberedIds, type NamedIds, type StudyDefinition } from '../studies/index.ts'

/** Returns the parameters of a study for use on other machines: paths of folders become their names. */
export function portableParams(
  definition: StudyDefinition,
  params: Record<string, unknown>,
): Record<string, unknown> {
  const formatOf = formatsOf(definition)
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      formatOf(name) === 'folder' && typeof value === 'string' ? folderName(value) : value,
    ]),
  )
}

/** Returns the last part of a path, of any operating system. */
const folderName = (path: string) => basename(path.replaceAll('\\', '/'))

/**
 * Returns the parameters with other numbers for what they name, and with the digest of the bundle's draws file where
 * they name one.
 */
export function renumberedParams(
  definition: StudyDefinition,
  params: Record<string, unknown>,
  numbers: Record<keyof NamedIds, ReadonlyMap<number, number>>,
  draws: string | null,
): Record<string, unknown> {
  const renumbered = renumberedIds(definition, portableParams(definition, params), numbers)
  return draws !== null && typeof renumbered['draws'] === 'string' ? { ...renumbered, draws } : renumbered
}
