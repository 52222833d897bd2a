import imagenet from '../../resources/labels/imagenet1k.json' with { type: 'json' }
import type { DataTable } from './figures/dataTable.ts'
import { firstName } from './labelWords.ts'

/** The 1,000 classes of ImageNet-1k by index: their names, and their WordNet ids in ascending order. */
export interface ImagenetLabels {
  readonly labels: readonly string[]
  readonly wnids: readonly string[]
}

/** The classes of ImageNet-1k, from resources/labels. */
export const imagenetLabels: ImagenetLabels = imagenet

const nameOfWnid = new Map(
  imagenetLabels.wnids.map((wnid, index) => [wnid, imagenetLabels.labels[index] ?? wnid]),
)

/**
 * The name of a class where there is little room, as on the axis of a figure: the name of a WordNet id of ImageNet-1k
 * ("n01514668" → "cock"), else the class's key. The 1,000 names differ from each other.
 */
export const className = (key: string): string => nameOfWnid.get(key) ?? key

/** The name of a class as it is shown: "cock (n01514668)" for a WordNet id of ImageNet-1k, else the class's key. */
export function classTitle(key: string): string {
  const name = nameOfWnid.get(key)
  return name === undefined ? key : `${name} (${key})`
}

/** The name of a model's output as it is shown: the first name of its label. */
export const outputTitle = (labels: readonly string[], index: number): string =>
  classTitle(firstName(labels[index] ?? `class ${index}`))

/** A class of a dataset, found by what was typed. */
interface NamedClass {
  readonly name: string
}

/**
 * The classes whose shown name contains the text, whatever its case; those that begin with it come first.
 *
 * @returns the classes in their order; none for an empty text
 */
export function classesWith<Class extends NamedClass>(classes: readonly Class[], text: string): Class[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return []
  const found = classes.filter(({ name }) => classTitle(name).toLowerCase().includes(wanted))
  const begins = ({ name }: Class) => Number(classTitle(name).toLowerCase().startsWith(wanted))
  return found.sort((a, b) => begins(b) - begins(a))
}

/** Whether a text is a class's key, or its name or shown name where the key is a WordNet id, whatever the case. */
export function namesClass(text: string, key: string): boolean {
  const wanted = text.trim().toLowerCase()
  return [key, className(key), classTitle(key)].some((form) => form.toLowerCase() === wanted)
}

/** The class with exactly this key, else the first that the text names; null without one. */
export const classNamed = <Class extends NamedClass>(classes: readonly Class[], text: string): Class | null =>
  classes.find(({ name }) => name === text) ?? classes.find(({ name }) => namesClass(text, name)) ?? null

/**
 * A table with a column of class keys, in which WordNet ids of ImageNet-1k are named: the column of names takes the
 * place and the title of that column, which follows as "WordNet id". Tables without such ids are given back as they are.
 */
export function withClassNames(table: DataTable, key = 'class'): DataTable {
  const nameOf = (row: DataTable['rows'][number]) => nameOfWnid.get(String(row[key]))
  if (!table.rows.some((row) => nameOf(row) !== undefined)) return table
  return {
    ...table,
    columns: table.columns.flatMap((column) =>
      column.key === key
        ? [
            { ...column, key: `${key}Name` },
            { ...column, title: 'WordNet id' },
          ]
        : [column],
    ),
    rows: table.rows.map((row) => ({ ...row, [`${key}Name`]: nameOf(row) ?? row[key] ?? null })),
  }
}
