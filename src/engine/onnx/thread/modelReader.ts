import { stat } from 'node:fs/promises'
import type { OnnxModel } from '../graph.ts'
import { canonicalJson } from '#shared/canonical.ts'
import { modelDigest } from '../file/variant.ts'
import type { CheckpointChoice } from '#shared/contract/checkpoints.ts'

/** A model's file, and the choices that a checkpoint is built with. */
export interface ModelSource {
  path: string
  choice?: CheckpointChoice | undefined
}

/** Reads a model from its file. */
export type ReadModel = (path: string, choice?: CheckpointChoice) => Promise<OnnxModel>

/** Reads models and their digests. What was read is kept until a file of the model changes. */
export interface ModelReader {
  /** @throws the errors of reading a model */
  model(source: ModelSource): Promise<OnnxModel>
  /** SHA-256 (hex) of the files of a model, as `modelDigest` gives it. */
  digest(source: ModelSource): Promise<string>
}

/** Files of a model as they were when it was read. */
interface Read {
  files: string[]
  print: string
}

/** Digests that are kept. */
const mostDigests = 1000

const keyOf = ({ path, choice }: ModelSource) => `${path}\n${choice ? canonicalJson(choice) : ''}`

/**
 * Reads models; keeps the last one, and the digests of all. A file that was written anew is read anew, also where its size
 * and time were set to those of before: no program can set the time of its change of state.
 */
export function modelReader(read: ReadModel): ModelReader {
  let last: (Read & { key: string; model: OnnxModel }) | null = null
  const digests = new Map<string, Read & { digest: string }>()
  const model = async (source: ModelSource): Promise<OnnxModel> => {
    const { path, choice } = source
    const key = keyOf(source)
    if (last?.key === key && (await printOf(last.files)) === last.print) return last.model
    last = null
    const before = await printOf([path])
    const found = await read(path, choice)
    const files = [path, ...found.externalFiles]
    const print = await printOf(files)
    // A file that is written while it is read is not kept.
    if (print.startsWith(before)) last = { key, files, print, model: found }
    return found
  }
  return {
    model,
    async digest(source) {
      const key = keyOf(source)
      const known = digests.get(key)
      if (known && (await printOf(known.files)) === known.print) return known.digest
      digests.delete(key)
      const found = await model(source)
      const files = [source.path, ...found.externalFiles]
      const print = await printOf(files)
      const digest = await modelDigest(found)
      if (digests.size >= mostDigests) digests.clear()
      if (last?.print === print && (await printOf(files)) === print)
        digests.set(key, { files, print, digest })
      return digest
    },
  }
}

/** What the system says of files besides their content, in nanoseconds where it is a time. */
async function printOf(paths: readonly string[]): Promise<string> {
  const prints: string[] = []
  for (const path of paths) {
    const found = await stat(path, { bigint: true }).catch((error: unknown) => whyNot(error))
    prints.push(
      typeof found === 'string'
        ? found
        : [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' '),
    )
  }
  return prints.join('\n')
}

const whyNot = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
