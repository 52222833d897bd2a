import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'

interface Node {
  files?: Record<string, Node> | undefined
  offset?: string | undefined
  size?: number | undefined
  unpacked?: boolean | undefined
  executable?: boolean | undefined
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    files: z.record(z.string(), node).optional(),
    offset: z.string().optional(),
    size: z.number().optional(),
    unpacked: z.boolean().optional(),
    executable: z.boolean().optional(),
  }),
)

/**
 * Lists what an asar archive says of its files, by path: size, mark, and digest of what it holds itself. The archive begins with
 * four lengths of four bytes; the second is that of the header with its own lengths, the fourth that of the header's JSON.
 */
export function asarFiles(path: string): Map<string, string> {
  const bytes = readFileSync(path)
  const [header, json] = [bytes.readUInt32LE(4), bytes.readUInt32LE(12)]
  const content = bytes.subarray(8 + header)
  const found = new Map<string, string>()
  const list = (folder: string, { files = {} }: Node): void => {
    for (const [name, of] of Object.entries(files)) {
      const at = `${folder}${name}`
      if (of.files) list(`${at}/`, of)
      else {
        const from = Number(of.offset ?? 0)
        const own = of.offset === undefined ? '' : digest(content.subarray(from, from + (of.size ?? 0)))
        found.set(at, [of.size, of.unpacked === true, of.executable === true, own].join(' '))
      }
    }
  }
  list('', node.parse(JSON.parse(bytes.subarray(16, 16 + json).toString())))
  return found
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
