import { imagenet1k } from '../../models/index.ts'
import type { Member } from './find.ts'
import { asFolder, type Labels } from './labels.ts'

/** The classes that Parquet files of images say of their rows; null where there is no such file, or none says classes. */
export function tableLabels(members: readonly Member[]): Labels | null {
  const tables = new Map(
    members.flatMap(({ prefix, archive: { classes } }) => (classes ? [[prefix, classes] as const] : [])),
  )
  if ([...tables.values()].every(({ of }) => of.every((label) => label === null))) return null
  const names = [...tables.values()].find((table) => table.names !== null)?.names ?? null
  const isImagenet = names !== null && areImagenets(names)
  const titles = isImagenet ? imagenet1k().wnids : names && distinct(names)
  return {
    reason: `Parquet: classes from its column of labels${isImagenet ? ', the 1000 of ImageNet by their names' : ''}.`,
    classOf(name) {
      const place = name.lastIndexOf('/') + 1
      const label = tables.get(name.slice(0, place))?.of[Number(name.slice(place))] ?? null
      if (label === null) return undefined
      const title = typeof label === 'string' || titles === null ? String(label) : titles[label]
      return title === undefined ? undefined : asFolder(title)
    },
  }
}

/** Names with the number of the class where two classes have the same. */
const distinct = (names: readonly string[]): string[] =>
  names.map((name, at) => (names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${at})`))

/** Least share of the names that must be those of ImageNet's classes at the same places. */
const mostly = 0.95

/** Whether names are ImageNet's 1000 in their order, as in \`imagenet-1k\`: by the first word for each class. */
function areImagenets(names: readonly string[]): boolean {
  const { labels } = imagenet1k()
  const first = (name: string | undefined) => name?.split(',', 1)[0]?.trim().toLowerCase()
  const same = names.filter((name, at) => first(name) === first(labels[at])).length
  return names.length === labels.length && same / names.length >= mostly
}
