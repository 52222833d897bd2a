import type { ImageSource } from './images.ts'
import { marks, type Db } from '../workspace/index.ts'
import { marksOf, type CellMarks } from './cellMarks.ts'
import { imageList, placesBetween, type ImageList } from './imageList.ts'
import type { FactRange, FactsOf } from './join.ts'

/** Marks of facts in the order of a source's images, for those from place `from`. */
export interface SourceMarks {
  list: ImageList
  from: number
  /** One byte for each image; 0 where it has no fact. */
  bytes: Uint8Array
}

/** Returns a function that reads the marks of a source's images, all or those of a range. */
export function sourceMarks(db: Db, source: ImageSource): (of: FactsOf | FactRange) => SourceMarks {
  const list = imageList(db, source)
  const reader = marksOf(db)
  return (of) => {
    const [from, to] = 'from' in of ? placesBetween(list, of.from, of.to) : [0, list.ids.length]
    return { list, from, bytes: marksAt(reader.of(of), list, from, to) }
  }
}

function marksAt({ first, bytes }: CellMarks, list: ImageList, from: number, to: number): Uint8Array {
  const { examples } = list
  const start = (examples[from] ?? 0) - first
  if (list.isRun && start >= 0 && start + to - from <= bytes.length)
    return bytes.subarray(start, start + to - from)
  const found = new Uint8Array(to - from)
  for (let at = from; at < to; at++) {
    const place = (examples[at] ?? 0) - first
    if (place >= 0 && place < bytes.length) found[at - from] = bytes[place] ?? 0
  }
  return found
}

/** Numbers of facts by their mark. */
export function countMarks({ bytes }: Pick<SourceMarks, 'bytes'>): Uint32Array {
  const counts = new Uint32Array(marks.markCount)
  for (let at = 0; at < bytes.length; at++) {
    const mark = bytes[at] ?? 0
    counts[mark] = (counts[mark] ?? 0) + 1
  }
  return counts
}

/** Numbers of pairs of facts of the same images, by 4 * the verdict of the first + the verdict of the second. */
export function countPairs(first: SourceMarks, second: SourceMarks): Uint32Array {
  const counts = new Uint32Array(16)
  const [a, b] = [first.bytes, second.bytes]
  for (let at = 0; at < a.length; at++) {
    const pair = (((a[at] ?? 0) & marks.verdictBits) << 2) | ((b[at] ?? 0) & marks.verdictBits)
    counts[pair] = (counts[pair] ?? 0) + 1
  }
  return counts
}

/** Number of images with both facts of a pair with these verdicts; `null` is any verdict. */
export function pairsWith(counts: Uint32Array, first: number | null, second: number | null): number {
  let sum = 0
  for (const [pair, count] of counts.entries()) {
    const [a, b] = [pair >> 2, pair & 3]
    if ((first === null ? a > 0 : a === first) && (second === null ? b > 0 : b === second)) sum += count
  }
  return sum
}
