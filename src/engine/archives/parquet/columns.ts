import { parquetSchema, type FileMetaData, type SchemaTree } from 'hyparquet'
import { z } from 'zod'

/** The columns of a table of images. */
export interface ImageColumns {
  /** Path of the column with the bytes of the images, for example `image.bytes`. */
  image: readonly string[]
  /** Column of the classes; null where there is none. */
  label: string | null
  /** Names of the classes by their numbers; null where the table does not say them. */
  names: readonly string[] | null
}

/** What the library `datasets` of Hugging Face writes of the columns. */
const written = z.object({
  info: z.object({
    features: z.record(
      z.string(),
      z.looseObject({ _type: z.string().optional(), names: z.array(z.string()).optional() }),
    ),
  }),
})
type Features = z.output<typeof written>['info']['features']

const imageNames = ['image', 'img', 'jpg', 'png', 'webp']
const labelNames = ['label', 'fine_label', 'labels', 'class', 'cls']

/** Finds the columns of images and of classes; null where the table has no images. */
export function columnsOf(metadata: FileMetaData): ImageColumns | null {
  const features = featuresOf(metadata)
  const { children } = parquetSchema(metadata)
  const image = imageColumn(children, features)
  if (image === null) return null
  const label = labelColumn(children, features)
  return { image, label, names: label === null ? null : (features[label]?.names ?? null) }
}

function featuresOf({ key_value_metadata: pairs = [] }: FileMetaData): Features {
  const text = pairs.find(({ key }) => key === 'huggingface')?.value
  if (text === undefined) return {}
  try {
    return written.parse(JSON.parse(text)).info.features
  } catch {
    // Another version may write something else. The schema alone then tells the columns.
    return {}
  }
}

/** The column that is said to be an image, else one of a usual name, whose bytes are there. */
function imageColumn(columns: readonly SchemaTree[], features: Features): readonly string[] | null {
  const isSaid = ({ element }: SchemaTree) => features[element.name]?._type === 'Image'
  const isNamed = ({ element }: SchemaTree) => imageNames.includes(element.name)
  const ordered = [...columns.filter(isSaid), ...columns.filter(isNamed), ...columns.filter(isImageStruct)]
  for (const { element, children, path } of ordered) {
    if (element.type === 'BYTE_ARRAY' && element.repetition_type !== 'REPEATED' && !isText(element))
      return path
    const bytes = children.find(
      (child) => child.element.name === 'bytes' && child.element.type === 'BYTE_ARRAY',
    )
    if (bytes && element.repetition_type !== 'REPEATED') return bytes.path
  }
  return null
}

const isText = ({ converted_type: type, logical_type: logical }: SchemaTree['element']): boolean =>
  type === 'UTF8' || logical?.type === 'STRING'

const isImageStruct = ({ children }: SchemaTree): boolean =>
  ['bytes', 'path'].every((name) => children.some(({ element }) => element.name === name))

function labelColumn(columns: readonly SchemaTree[], features: Features): string | null {
  const scalars = columns.filter(
    ({ element, children }) => children.length === 0 && element.repetition_type !== 'REPEATED',
  )
  const names = scalars
    .filter(({ element }) => ['INT32', 'INT64'].includes(element.type ?? '') || isText(element))
    .map(({ element }) => element.name)
  const said = names.filter((name) => features[name]?._type === 'ClassLabel')
  const usual = (of: readonly string[]) => labelNames.find((name) => of.includes(name))
  return usual(said) ?? said[0] ?? usual(names) ?? null
}
