import { describe, expect, it } from 'vitest'
import { generator } from '#shared/random.ts'
import { JsonPieces, type JsonPath } from '#engine/studies/jsonPieces.ts'

/** What JSON.parse gives, put together from pieces of at most `length` characters. */
function pieced(text: string, length: number): unknown {
  let root: unknown
  const put = (path: JsonPath, value: unknown) => {
    let place = root
    for (const key of path.slice(0, -1)) place = Reflect.get(Object(place), key)
    if (path.length === 0) root = value
    else Reflect.set(Object(place), path.at(-1) ?? '', value)
  }
  const document = new JsonPieces({
    opened: (path, kind) => put(path, kind === 'array' ? [] : {}),
    value: put,
  })
  for (let at = 0; at < text.length; at += length) document.feed(text.slice(at, at + length))
  document.end()
  return root
}

const random = generator('json', 1)
const below = (most: number) => Math.floor(most * random.uniform())
const leaves = ['', 'a"b', '\\', '\\"', 'ü\n\u2028', '😀', 0, -1.5e-7, 12345678901, true, false, null]

function tree(depth: number): unknown {
  const kind = depth === 0 ? 2 : below(3)
  const count = below(4)
  if (kind === 0) return Array.from({ length: count }, () => tree(depth - 1))
  if (kind === 1)
    return Object.fromEntries(Array.from({ length: count }, (_, at) => [`k"${at}`, tree(depth - 1)]))
  return leaves[below(leaves.length)]
}

describe('JSON in pieces', () => {
  it('is what it is in one, wherever it is cut', () => {
    for (let round = 0; round < 300; round++) {
      const value = tree(4)
      for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)])
        for (const length of [1, 2, 3, 7, text.length + 1]) expect(pieced(text, length)).toEqual(value)
    }
  })

  it('is refused where it is none, as in one', () => {
    const marks = ['{', '}', '[', ']', ',', ':', '"', '\\', ' ', '1', '-', 'x', 'true', '']
    let refused = 0
    for (let round = 0; round < 3000; round++) {
      const text = JSON.stringify(tree(3))
      const [at, cut] = [below(text.length + 1), below(2)]
      const changed = text.slice(0, at) + (marks[below(marks.length)] ?? '') + text.slice(at + cut)
      const one = attempt(() => JSON.parse(changed) as unknown)
      for (const length of [1, 5, changed.length + 1])
        expect(
          attempt(() => pieced(changed, length)),
          changed,
        ).toEqual(one)
      if (one === refusal) refused++
    }
    expect(refused).toBeGreaterThan(500)
  })
})

const refusal = 'SyntaxError'
function attempt(read: () => unknown): unknown {
  try {
    return { value: read() }
  } catch (error) {
    return error instanceof SyntaxError ? refusal : error
  }
}
