import { basename } from 'node:path'
import { z } from 'zod'
import type { StudyDefinition } from '../studies/index.ts'

const formats = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ format: z.string().optional() })).default({}),
})

/** Returns the parameters of a study for use on other machines: paths of folders become their names. */
export function portableParams(
  { params: schema }: StudyDefinition,
  params: Record<string, unknown>,
): Record<string, unknown> {
  const { properties } = formats.parse(z.toJSONSchema(schema, { io: 'input' }))
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      properties[name]?.format === 'folder' && typeof value === 'string' ? folderName(value) : value,
    ]),
  )
}

/** Returns the last part of a path, of any operating system. */
const folderName = (path: string) => basename(path.replaceAll('\\', '/'))
