import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { findBeside, textBeside } from '../../../datasets/index.ts'
import { imagenet1k } from '../../../models/index.ts'

/** WordNet ids of the classes of ImageNet that a folder of ObjectNet is of, by the name of the folder. */
export type ObjectMapping = Record<string, string[]>

const names = {
  labels: 'folder_to_objectnet_label.json',
  classes: 'objectnet_to_imagenet_1k.json',
  places: 'pytorch_to_imagenet_2012_id.json',
  lines: 'imagenet_to_label_2012_v2',
} as const

const texts = z.record(z.string(), z.string())
const numbers = z.record(z.string(), z.int().min(0))

/**
 * Reads the mapping of ObjectNet beside a dataset, from the authors' four files; null where they are not there.
 *
 * @throws DATASET_LABELS where one is damaged, or names a class that the list of classes lacks
 */
export async function findMapping(path: string): Promise<ObjectMapping | null> {
  const wanted = new Set<string>(Object.values(names))
  const found = new Map<string, string>()
  for (const file of await findBeside(path, ['mappings'], (name) => wanted.has(name))) {
    const text = await textBeside(path, file)
    if (text !== null) found.set(file.name.replace(/^mappings\//, ''), text)
  }
  const [labels, classes, places, lines] = [names.labels, names.classes, names.places, names.lines].map(
    (name) => found.get(name),
  )
  if (labels === undefined || classes === undefined || places === undefined || lines === undefined)
    return null
  return mappingOf({ labels, classes, places, lines })
}

/**
 * Puts the authors' files together: folder → object → descriptions of classes, divided by "; " → line of the list of descriptions →
 * index of the class. Lines are counted from the lowest number in `places`, so that both ways of counting are read.
 *
 * @throws DATASET_LABELS where a file is not of that form
 */
export function mappingOf(files: Record<keyof typeof names, string>): ObjectMapping {
  const labels = parsed(names.labels, files.labels, texts)
  const classes = parsed(names.classes, files.classes, texts)
  const places = Object.entries(parsed(names.places, files.places, numbers))
  const first = Math.min(...places.map(([, line]) => line))
  const indexOfLine = new Map(places.map(([index, line]) => [line - first, Number(index)]))
  const lineOf = new Map(files.lines.split(/\r?\n/).map((text, line) => [text.trim(), line]))
  const { wnids } = imagenet1k()
  const wnidOf = (description: string) => {
    const line = lineOf.get(description.trim())
    const wnid = wnids[(line === undefined ? undefined : indexOfLine.get(line)) ?? -1]
    if (wnid !== undefined) return wnid
    throw broken(names.classes, `"${description}" is no line of ${names.lines}`)
  }
  return Object.fromEntries(
    Object.entries(labels)
      .flatMap(([folder, object]) => {
        const descriptions = classes[object]
        return descriptions === undefined ? [] : [[folder, descriptions.split(';').map(wnidOf)] as const]
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

function parsed<T>(name: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw broken(name, 'it is not of the published form', cause)
  }
}

const broken = (name: string, why: string, cause?: unknown) =>
  new KernelscopeError('DATASET_LABELS', `cannot use mappings/${name} of ObjectNet: ${why}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'Copy the folder mappings of the download again.',
  })
