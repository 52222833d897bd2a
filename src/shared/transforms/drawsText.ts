import { masksOf, type Draws } from './draws.ts'

/** Masks of images of one size, as they are written: levels in their order, owners in ascending order of code units. */
export interface WrittenMasks {
  height: number
  width: number
  levels: Iterable<{ level: string; entries: Iterable<readonly [owner: string, bits: string]> }>
}

/** The order of levels in a file: by percent, then by repeat. */
export const byLevel = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })

/**
 * The text of a draws file, line by line. Members are in a fixed order, one entry a line, so that two files can be
 * compared by eye. The text is not kept in memory, so a file may be longer than any string.
 *
 * @param sizes one or more; the first is written at the top level, the others under `others`
 * @throws RangeError where `sizes` is empty
 */
export function* drawsText(patch: number, sizes: readonly WrittenMasks[]): Generator<string> {
  const [first, ...others] = sizes
  if (!first) throw new RangeError('empty sizes: a draws file has masks of at least one')
  const { height, width } = first
  const head = { format: 'kernelscope-draws', version: 1, patch, height, width }
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n`
  yield* entriesText(first)
  if (others.length > 0) yield ',\n  "others": [\n'
  for (const [at, other] of others.entries()) {
    yield `${at === 0 ? '' : ',\n'}  {\n  "height": ${other.height},\n  "width": ${other.width},\n`
    yield* entriesText(other)
    yield '\n  }'
  }
  if (others.length > 0) yield '\n  ]'
  yield '\n}\n'
}

function* entriesText({ levels }: WrittenMasks): Generator<string> {
  yield '  "entries": {\n'
  let between = ''
  for (const { level, entries } of levels) {
    yield `${between}    ${JSON.stringify(level)}: {\n`
    let comma = ''
    for (const [owner, bits] of entries) {
      yield `${comma}      ${JSON.stringify(owner)}: ${JSON.stringify(bits)}`
      comma = ',\n'
    }
    yield '\n    }'
    between = ',\n'
  }
  yield '\n  }'
}

/** The whole text of a draws file that is small enough for memory. */
export const serialiseDraws = (file: Draws): string =>
  [
    ...drawsText(
      file.patch,
      masksOf(file).map(({ height, width, entries }) => ({
        height,
        width,
        levels: Object.keys(entries)
          .sort(byLevel)
          .map((level) => ({ level, entries: Object.entries(entries[level] ?? {}).sort(byOwner) })),
      })),
    ),
  ].join('')

const byOwner = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : 1)
