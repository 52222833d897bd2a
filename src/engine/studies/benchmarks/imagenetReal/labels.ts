import { basename } from 'node:path'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { imagenet1k } from '../../../models/index.ts'

const label = z.union([z.int().min(0), z.string().min(1)])
const file = z.union([
  z.array(z.array(label)),
  z.record(z.string(), z.union([label, z.array(label)]).nullable()),
])

/** The names of the classes that an image shows by its labels; null where the file says nothing of it. */
export type LabelsOf = (imageName: string) => readonly string[] | null

/** Number of a validation image of ImageNet by its file name, from 1. */
const numberOf = (name: string) => /ILSVRC2012_val_(\d{8})/i.exec(name)?.[1]

/**
 * Reads labels of images: a list of lists of class indices in the order of the validation images (real.json), or an object with labels
 * by file name, each one or a list; none or null = the image shows no class. A number is an index of ImageNet's classes, a text a
 * WordNet id or the name of a class.
 *
 * @throws DATASET_LABELS where the text has neither form
 */
export function labelsIn(text: string, name: string): LabelsOf {
  const parsed = file.safeParse(jsonOf(text, name))
  if (!parsed.success) throw broken(name)
  const { wnids } = imagenet1k()
  const named = (one: z.output<typeof label>) => (typeof one === 'string' ? one : (wnids[one] ?? String(one)))
  const { data } = parsed
  if (Array.isArray(data))
    return (image) => {
      const number = numberOf(image)
      return (number === undefined ? undefined : data[Number(number) - 1])?.map(named) ?? null
    }
  const byName = new Map(Object.entries(data).map(([key, value]) => [stemOf(key), value]))
  return (image) => {
    const value = byName.get(stemOf(image))
    if (value === undefined) return null
    return (value === null ? [] : Array.isArray(value) ? value : [value]).map(named)
  }
}

/** File name without its folder and ending. */
const stemOf = (name: string) => basename(name).replace(/\.[^.]+$/, '')

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw broken(name)
  }
}

const broken = (name: string) =>
  new KernelscopeError('DATASET_LABELS', `no list of labels: ${name}`, {
    hint: 'It is a JSON list of lists, as real.json, or an object with labels by file name.',
  })
