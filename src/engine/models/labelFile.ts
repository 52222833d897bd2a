import { z } from 'zod'
import { readUserText } from '../base/userFile.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { LabelList } from './labelList.ts'
import { imagenet1k } from './labels.ts'

/** A label, or the key of a class and its name as in Keras' imagenet_class_index.json. */
const label = z.union([z.string().min(1), z.tuple([z.string().min(1), z.string().min(1)])])
const listed = z.array(label).min(1)
const numbered = z.record(z.string().regex(/^\d+$/, 'not the number of an output'), label)
const inLabels = z.object({ labels: z.union([listed, numbered]) })
const inIds = z.object({ id2label: numbered })

/**
 * A file of labels as JSON: a list in the order of the outputs, or labels by the number of the output, from 0, by
 * themselves or as `labels` or `id2label`. Other names of a class follow the first after " | ".
 */
export const labelFile = z.union([listed, inLabels, inIds, numbered])

/**
 * Reads the list "imagenet1k", which a person has chosen then, or a file: text with one label per line, or JSON (`labelFile`).
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where the file cannot be read
 * @throws STUDY_LABELS where it holds no labels; the message names file and field
 */
export async function readLabelList(source: string): Promise<LabelList> {
  if (source === 'imagenet1k') return { set: source, names: [...imagenet1k().labels], source: 'chosen' }
  const text = await readUserText(source)
  if (text.includes('\0')) throw malformed(source, 'not UTF-8 text')
  const names = /^\s*[[{]/.test(text) ? namesInJson(text, source) : lines(text)
  if (names.length === 0) throw malformed(source, 'the file is empty')
  return { set: 'own', names }
}

function lines(text: string): string[] {
  const names = text.split(/\r?\n/).map((line) => line.trim())
  while (names.at(-1) === '') names.pop()
  return names
}

function namesInJson(text: string, path: string): string[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw malformed(path, 'not JSON', cause)
  }
  const parsed = schemaFor(value).safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw malformed(path, [issue?.path.join('.'), issue?.message].filter(Boolean).join(': '))
  }
  return Array.isArray(parsed.data) ? parsed.data.map(nameOf) : byOutput(parsed.data, path)
}

/** The schema of the labels alone, by the member that holds them. */
function schemaFor(value: unknown) {
  if (Array.isArray(value)) return listed
  if (typeof value === 'object' && value !== null && 'labels' in value)
    return z
      .object({ labels: Array.isArray(value.labels) ? listed : numbered })
      .transform(({ labels }) => labels)
  if (typeof value === 'object' && value !== null && 'id2label' in value)
    return inIds.transform(({ id2label }) => id2label)
  return numbered
}

const nameOf = (one: z.infer<typeof label>): string =>
  typeof one === 'string' ? one : `${one[1]} | ${one[0]}`

function byOutput(found: z.infer<typeof numbered>, path: string): string[] {
  const size = Object.keys(found).length
  return Array.from({ length: size }, (_, output) => {
    const one = found[String(output)]
    if (one === undefined) throw malformed(path, `${output}: output without a label, of ${size}`)
    return nameOf(one)
  })
}

const malformed = (path: string, why: string, cause?: unknown) =>
  new KernelscopeError('STUDY_LABELS', `invalid labels: ${why}, in ${path}`, {
    cause,
    hint: 'A file of labels has one a line, in the order of the outputs, or is JSON; see docs/formats.md.',
  })
