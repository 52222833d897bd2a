import type { Generator } from '#shared/random.ts'

const paths: [string, ...string[]] = [
  '/system/version',
  '/system/settings',
  '/system/log',
  '/workspace/info',
  '/models/get',
  '/models/kernels',
  '/datasets/get',
  '/datasets/browse',
  '/studies/result',
  '/studies/check',
  '/jobs/list',
  '/jobs/watch',
  '/figures/list',
  '/nothing/there',
  '/__proto__/constructor',
  '/system/../../etc',
  '::',
  '',
]
const words: [string, ...string[]] = [
  '',
  'json',
  'meta',
  'id',
  'path',
  '__proto__',
  'constructor',
  'a',
  'é',
  '\0',
  '\ud800',
  ' '.repeat(99),
]
const headers: [string, ...string[]] = [
  'content-type',
  'content-disposition',
  'x-any',
  'multipart/form-data; boundary=a',
  'application/x-www-form-urlencoded',
  'text/event-stream',
  'attachment; filename="a"',
]
const pick = <T>(random: Generator, values: readonly [T, ...T[]]): T =>
  values[random.integer(values.length)] ?? values[0]

/** Any value that JSON can hold, at most `depth` levels deep. */
function json(random: Generator, depth = 3): unknown {
  switch (random.integer(depth > 0 ? 9 : 7)) {
    case 0:
      return null
    case 1:
      return random.integer(2) === 0
    case 2:
      return random.integer(100) - 50
    case 3:
      return pick(random, [2 ** 53, -1e308, 1e-308, 2 ** 31, 0.1])
    case 4:
      return pick(random, words)
    case 5:
      return pick(random, headers)
    case 6:
      return pick(random, paths)
    case 7:
      return Array.from({ length: random.integer(4) }, () => json(random, depth - 1))
    default:
      return Object.fromEntries(
        Array.from({ length: random.integer(4) }, () => [pick(random, words), json(random, depth - 1)]),
      )
  }
}

/** Any value that the channel between the processes can carry, but none that JSON holds. */
const carried = (random: Generator): unknown =>
  pick<() => unknown>(random, [
    () => undefined,
    () => NaN,
    () => 2n ** 70n,
    () => new Date(random.uint32()),
    () => new Map([[json(random), json(random)]]),
    () => new Set([json(random)]),
    () => /a+/,
    () => new Uint8Array([255, 123, random.integer(256)]),
    () => new ArrayBuffer(3),
    () => new Float64Array(2),
    () => new Error('fuzz'),
    () => new BigInt64Array(1),
  ])()

/** A request as oRPC writes it, with parts that may be anything. */
function envelope(random: Generator): unknown {
  const odd = () => random.integer(5) === 0
  const part = (usual: unknown) => (odd() ? json(random) : usual)
  const body = { json: json(random), ...(odd() ? { meta: json(random) } : {}) }
  return part({
    i: part(String(random.integer(50))),
    ...(random.integer(3) === 0 ? { t: part(pick(random, [1, 2, 3, 4, 5, -1])) } : {}),
    p: part({
      u: part(pick(random, paths)),
      b: part(body),
      ...(random.integer(3) === 0
        ? { h: part({ [pick(random, headers)]: part(pick(random, headers)) }) }
        : {}),
      ...(random.integer(3) === 0 ? { m: part(pick(random, ['GET', 'PUT', ''])) } : {}),
      ...(odd() ? { e: part('message'), d: json(random) } : {}),
    }),
  })
}

/** A text with a few characters removed, added or replaced. */
function damaged(random: Generator, text: string): string {
  let left = text
  for (let change = random.integer(4); change > 0; change--) {
    const at = random.integer(left.length + 1)
    const insert = pick(random, ['', '"', '{', '[', '\\', '1e999', '\0', '[['.repeat(500)])
    left = left.slice(0, at) + insert + left.slice(at + random.integer(3))
  }
  return left
}

/** What a page may send through its port: by far most of it text, because the shell passes on nothing else. */
export function pageMessage(random: Generator): unknown {
  if (random.integer(20) === 0) return carried(random)
  const value = JSON.stringify(envelope(random))
  return random.integer(2) === 0 ? value : damaged(random, value)
}

/** A message of the shell to the engine that carries `pageMessage`, or is malformed itself. Never `stop` or `ping`. */
export function shellMessage(random: Generator, port: number): object {
  if (random.integer(10) > 0) return { type: 'rpc', port, data: pageMessage(random) }
  const type = pick<unknown>(random, [
    'rpc',
    'connect',
    'disconnect',
    'nonsense',
    json(random),
    carried(random),
  ])
  return { type, port: pick(random, [carried(random), 'a', -0.5, null]), data: carried(random) }
}
