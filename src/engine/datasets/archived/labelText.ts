/** Kinds of files that say the class of an image in a WebDataset, by their endings, in the order in which they are tried. */
export const labelKinds = ['cls', 'json', 'txt'] as const
export type LabelKind = (typeof labelKinds)[number]

/** Members of a JSON that name a class, the first that is there counts. */
const members = [
  'wnid',
  'class_name',
  'classname',
  'label_name',
  'cls',
  'label',
  'class',
  'class_id',
  'target',
  'category',
]

const longest = 100

/** The class that the file beside an image says: a name, or a number from 0; null where it says none. */
export function labelIn(kind: LabelKind, text: string): string | null {
  if (kind === 'json') return labelInJson(text)
  const label = text.trim()
  return label === '' || label.length > longest || label.includes('\n') ? null : label
}

function labelInJson(text: string): string | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value === 'number' || typeof value === 'string') return labelOf(value)
  if (typeof value !== 'object' || value === null) return null
  const said = new Map<string, unknown>(Object.entries(value))
  return members.map((name) => labelOf(said.get(name))).find((label) => label !== null) ?? null
}

function labelOf(value: unknown): string | null {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? String(value) : null
  return typeof value === 'string' && value.trim() !== '' && value.length <= longest ? value.trim() : null
}
