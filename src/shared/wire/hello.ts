import { z } from 'zod'
import { errorShape } from '../contract/common.ts'
import { WireFault } from './frames.ts'

/** The beginning of the line before the first frame. A change of the protocol changes the number. */
const mark = 'kernelscope:stdio:1 '
/** What a login shell may print before that line, and the length of the line, in bytes. */
const mostBefore = 2 ** 16
const longestLine = 2 ** 13

const farPath = z.string().min(1).max(4096)

/** What the far side says of its workspace, when it changes. */
export const farPlace = z.object({ workspace: farPath.nullable() })

/** What the near side says first: its version, and the workspace it wants; null for none. */
export const nearHello = z.object({ version: z.string().max(100), workspace: farPath.nullable() })

/** What the far side says first: what it is, or why it cannot serve. */
export const farHello = z.union([
  z.object({
    version: z.string().max(100),
    platform: z.string().max(100),
    /** Home folder of the user there. */
    home: z.string().max(4096),
    /** The workspace that was asked for, as a path of that machine. */
    workspace: farPath.nullable(),
  }),
  z.object({ problem: errorShape }),
])

export type NearHello = z.infer<typeof nearHello>
export type FarHello = z.infer<typeof farHello>

/** Writes the first line. */
export const helloLine = (hello: NearHello | FarHello): string => `\n${mark}${JSON.stringify(hello)}\n`

/** Finds the first line in a stream and skips what was printed before it. */
export class HelloReader<T> {
  readonly #schema: z.ZodType<T>
  /** One character a byte, so that places in the text are places in the bytes. */
  #held = ''

  constructor(schema: z.ZodType<T>) {
    this.#schema = schema
  }

  /** What was printed so far. */
  get before(): string {
    return utf8(this.#held)
  }

  /**
   * Returns what the first line says and the bytes after it; null where it has not come yet.
   *
   * @throws WireFault where too much came before it, or it is not what it should be
   */
  read(piece: Uint8Array): { hello: T; rest: Uint8Array } | null {
    const known = this.#held.length
    for (const byte of piece.subarray(0, mostBefore + longestLine)) this.#held += String.fromCharCode(byte)
    const at = this.#held.indexOf(`\n${mark}`)
    const from = at + 1 + mark.length
    const end = at < 0 ? -1 : this.#held.indexOf('\n', from)
    if (end < 0) {
      const most = at < 0 ? mostBefore : from + longestLine
      if (this.#held.length > most) throw new WireFault('no Kernelscope answers there')
      return null
    }
    const { data } = this.#schema.safeParse(parsed(utf8(this.#held.slice(from, end))))
    if (data === undefined) throw new WireFault('the first line is not of Kernelscope')
    return { hello: data, rest: piece.subarray(end + 1 - known) }
  }
}

const utf8 = (bytes: string): string =>
  new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
