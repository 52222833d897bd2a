import { basename } from 'node:path'
import { z } from 'zod'
import type { StudyDefinition } from '../studies/index.ts'

const formats = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ format: z.string().optional() })).default({}),
})

const formatsOf = ({ params }: StudyDefinition): ((name: string) => string | undefined) => {
  const { properties } = formats.parse(z.toJSONSchema(params, { io: 'input' }))
  return (name) => properties[name]?.format
}

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

/** Ids in the parameters of a study, by what they name. */
export interface NamedIds {
  model: number[]
  dataset: number[]
  image: number[]
}

/** The parameter with the ids of images. */
const imagesParam = 'imageIds'

/** Lists the ids in the parameters of a study. */
export function idsIn(definition: StudyDefinition, params: Record<string, unknown>): NamedIds {
  const formatOf = formatsOf(definition)
  const of = (format: string) =>
    Object.entries(params).flatMap(([name, value]) =>
      formatOf(name) === format && typeof value === 'number' ? [value] : [],
    )
  const image = z.array(z.int()).safeParse(params[imagesParam]).data ?? []
  return { model: of('model'), dataset: of('dataset'), image }
}

/**
 * Returns the parameters with other numbers for what they name, and with the digest of the bundle's draws file where
 * they name one.
 */
export function renumberedParams(
  definition: StudyDefinition,
  params: Record<string, unknown>,
  numbers: {
    model: ReadonlyMap<number, number>
    dataset: ReadonlyMap<number, number>
    image: ReadonlyMap<number, number>
  },
  draws: string | null,
): Record<string, unknown> {
  const formatOf = formatsOf(definition)
  const renumbered = (name: string, value: unknown): unknown => {
    const format = formatOf(name)
    if (name === 'draws' && typeof value === 'string') return draws ?? value
    if (name === imagesParam && Array.isArray(value))
      return value.flatMap((id) => numbers.image.get(Number(id)) ?? [])
    if (typeof value !== 'number') return value
    if (format === 'model') return numbers.model.get(value) ?? value
    if (format === 'dataset') return numbers.dataset.get(value) ?? value
    return value
  }
  return Object.fromEntries(
    Object.entries(portableParams(definition, params)).map(([name, value]) => [
      name,
      renumbered(name, value),
    ]),
  )
}
