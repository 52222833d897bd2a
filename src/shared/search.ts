import { nearNames } from './near.ts'

/** What can be found by typing: by its title, else by words that belong to it. */
export interface Findable {
  title: string
  /** More words that it is found by, e.g. what it is for. */
  words?: string
}

/**
 * The entries that a text finds, best first: the title itself, titles that begin with it, titles with words that begin
 * with its words, titles that contain it, words that belong to an entry, and titles with a word that is spelled nearly so.
 * Equal ones keep their order.
 *
 * @param typed every word of it must be found
 */
export function found<Entry extends Findable>(entries: readonly Entry[], typed: string): Entry[] {
  const wanted = plain(typed)
  if (wanted === '') return [...entries]
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ entry }) => entry)
}

function scoreOf({ title, words = '' }: Findable, wanted: string): number {
  const name = plain(title)
  if (name === wanted) return 6
  if (name.startsWith(wanted)) return 5
  const parts = name.split(' ')
  const asked = wanted.split(' ')
  if (asked.every((one) => parts.some((part) => part.startsWith(one)))) return 4
  if (asked.every((one) => name.includes(one))) return 3
  const all = `${name} ${plain(words)}`
  if (asked.every((one) => all.includes(one))) return 2
  const near = (one: string) =>
    one.length > 3 &&
    nearNames(
      one,
      parts.filter(({ length }) => length > 3),
    ).length > 0
  return asked.every((one) => name.includes(one) || near(one)) ? 1 : 0
}

const plain = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
