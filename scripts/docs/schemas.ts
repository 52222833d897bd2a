/**
 * Writes resources/schemas/<name>.json, the JSON schemas of the files that Kernelscope reads, from the schemas that it
 * checks them with. Run: node scripts/docs/schemas.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { labelFile } from '#engine/models/labelFile.ts'
import { sidecar } from '#engine/models/sidecar.ts'
import { subsetFile } from '#engine/studies/kinds/lesion/file.ts'
import { imagenet9Mapping } from '#engine/studies/summary/answers.ts'
import { conditionsFile } from '#shared/conditionsFile.ts'
import { draws } from '#shared/transforms/draws.ts'
import { pipelineFile } from '#shared/transforms/index.ts'

const folder = join(import.meta.dirname, '../../resources/schemas')

/** The documented formats by the name of their schema, each with a title. */
export const formats: Readonly<Record<string, { title: string; schema: z.ZodType }>> = {
  sidecar: { title: 'Sidecar of a model: NAME.json beside NAME.onnx', schema: sidecar },
  labels: { title: 'Labels of a model', schema: labelFile },
  draws: { title: 'Draws of a study: masks of patches', schema: draws },
  subsets: { title: 'Subsets of blocks of a lesion study', schema: subsetFile },
  conditions: { title: 'conditions.json: folders as conditions on an axis', schema: conditionsFile },
  pipeline: { title: 'Pipeline of transforms, of a study', schema: pipelineFile },
  'imagenet9-mapping': {
    title: 'in_to_in9.json: outputs as classes of ImageNet-9',
    schema: imagenet9Mapping,
  },
}

export const schemaPath = (name: string): string => join(folder, `${name}.json`)

/** The JSON schema of a format as text. */
export function schemaText(name: string): string {
  const format = formats[name]
  if (!format) throw new RangeError(`no format ${name}`)
  const { $schema, ...rest } = z.toJSONSchema(format.schema, { io: 'input' })
  return `${JSON.stringify({ $schema, title: format.title, ...rest }, null, 2)}\n`
}

if (import.meta.main) {
  mkdirSync(folder, { recursive: true })
  for (const name of Object.keys(formats)) writeFileSync(schemaPath(name), schemaText(name))
}
