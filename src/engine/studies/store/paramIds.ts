import { z } from 'zod'
import type { StudyDefinition } from '../definition/index.ts'

const formats = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ format: z.string().optional() })).default({}),
})

/** Returns what the parameters of a study are, by the `format` of their schema: model, dataset, folder. */
export const formatsOf = ({ params }: StudyDefinition): ((name: string) => string | undefined) => {
  const { properties } = formats.parse(z.toJSONSchema(params, { io: 'input' }))
  return (name) => properties[name]?.format
}

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

/** Returns the parameters with other ids for what they name. Models and datasets without one keep theirs; images go. */
export function renumberedIds(
  definition: StudyDefinition,
  params: Record<string, unknown>,
  numbers: Record<keyof NamedIds, ReadonlyMap<number, number>>,
): Record<string, unknown> {
  const formatOf = formatsOf(definition)
  const renumbered = (name: string, value: unknown): unknown => {
    const format = formatOf(name)
    if (name === imagesParam && Array.isArray(value))
      return value.flatMap((id) => numbers.image.get(Number(id)) ?? [])
    if (typeof value !== 'number') return value
    if (format === 'model') return numbers.model.get(value) ?? value
    if (format === 'dataset') return numbers.dataset.get(value) ?? value
    return value
  }
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, renumbered(name, value)]))
}
