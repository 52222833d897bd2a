import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { modelRole, preprocessing, type ModelRole, type Preprocessing } from '#shared/contract/index.ts'
import { readUserText } from '../base/userFile.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { isOfBytes, ofBytesHint } from '#shared/statistics.ts'

/** Most problems of a sidecar that are told; a list of a million labels can have a million. */
const mostIssues = 10

const triple = z.tuple([z.number(), z.number(), z.number()])

/**
 * The JSON file next to a model (`name.json` for `name.onnx`). It holds what the graph does not: preprocessing, labels and
 * source.
 */
export const sidecar = z.object({
  title: z.string().optional(),
  source: z.string().optional(),
  labels: z.array(z.string()).optional(),
  role: modelRole.optional(),
  preprocessing: z
    .object({
      size: z.tuple([z.int().positive(), z.int().positive()]),
      resize: z.enum(['shorter', 'squash', 'none']),
      resizeTo: z.int().positive().nullish(),
      interpolation: z.enum(['bilinear', 'bicubic']).default('bilinear'),
      mean: triple.refine((mean) => !isOfBytes(mean), `of values from 0 to 255. ${ofBytesHint}`),
      std: preprocessing.shape.std,
    })
    .optional(),
})

export interface Sidecar {
  /** sha256 of its text, hex. */
  digest: string
  title?: string
  source?: string
  labels?: string[]
  role?: ModelRole
  preprocessing?: Preprocessing
  /** Names of members that are not read, where it says neither labels nor preprocessing; left out where there are none. */
  unread?: string[]
}

/** Most names of members that are kept. */
const mostNames = 8

/**
 * Names of the members that are not read, of a sidecar that says neither labels nor preprocessing: they may be mistyped. Others
 * may hold anything else.
 */
function unreadOf(value: unknown, { labels, preprocessing: said }: z.infer<typeof sidecar>): string[] {
  if (labels !== undefined || said !== undefined) return []
  const members = Object.keys(z.looseObject({}).safeParse(value).data ?? {})
  return members.filter((name) => !(name in sidecar.shape)).slice(0, mostNames)
}

/** The path of the sidecar of a model file, whether there is one or not. */
export const sidecarPath = (modelPath: string): string => `${stemOf(modelPath)}.json`

/** A path or name of a model file without the ending that says its format. */
export const stemOf = (name: string): string =>
  name.replace(/\.(onnx|safetensors|pth\.tar|pt\.tar|pth|pt|ckpt|bin|npz)$/i, '')

/**
 * Reads the sidecar of a model file; null without one.
 *
 * @throws MODEL_MALFORMED where the sidecar is not JSON or not valid
 * @throws FILE_UNREADABLE where it cannot be read
 */
export async function readSidecar(modelPath: string): Promise<Sidecar | null> {
  const path = sidecarPath(modelPath)
  if (!existsSync(path)) return null
  const text = await readUserText(path)
  const digest = createHash('sha256').update(text).digest('hex')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new KernelscopeError('MODEL_MALFORMED', `the sidecar of the model is not JSON: ${path}`, {
      cause,
      hint: 'Correct or remove the file.',
    })
  }
  const parsed = sidecar.safeParse(value)
  if (!parsed.success) {
    const [first] = parsed.error.issues
    const field = first && first.path.length > 0 ? first.path.join('.') : 'the whole file'
    throw new KernelscopeError('MODEL_MALFORMED', `${path}: ${field}: ${first?.message ?? 'not valid'}`, {
      details: z.prettifyError(new z.ZodError(parsed.error.issues.slice(0, mostIssues))),
      hint: 'Correct or remove the file.',
    })
  }
  const { title, source, labels, role } = parsed.data
  const given = parsed.data.preprocessing
  const unread = unreadOf(value, parsed.data)
  return {
    digest,
    ...(unread.length === 0 ? {} : { unread }),
    ...(title === undefined ? {} : { title }),
    ...(source === undefined ? {} : { source }),
    ...(labels === undefined ? {} : { labels }),
    ...(role === undefined ? {} : { role }),
    ...(given === undefined
      ? {}
      : {
          preprocessing: preprocessing.parse({ ...given, resizeTo: given.resizeTo ?? null }),
        }),
  }
}
