import { readModel } from '../file/read.ts'
import { writeBeside } from '../file/variant.ts'
import {
  convolutionText,
  padColumns,
  paddedConvolutions,
  type PaddedConvolution,
} from '../rewrite/padColumns.ts'

/** What to open instead of a variant's file. */
export interface PaddedFile {
  /** Convolutions of which nothing was decided yet. Where there are some, nothing is written. */
  open: PaddedConvolution[]
  /** A file beside it in which those decided on are padded before (`padColumns`); itself where there are none. */
  path: string
}

/**
 * Writes a variant's file again, beside it, with those of its convolutions padded before of which `decided` says so.
 *
 * @param decided by `convolutionText`
 * @throws the errors of `readModel` and `writeBeside`
 */
export async function paddedFile(path: string, decided: ReadonlyMap<string, boolean>): Promise<PaddedFile> {
  const variant = await readModel(path)
  const found = paddedConvolutions(variant.graph)
  const open = found.filter((convolution) => !decided.has(convolutionText(convolution)))
  const chosen = found.filter((convolution) => decided.get(convolutionText(convolution)))
  if (open.length > 0 || chosen.length === 0) return { open, path }
  return { open, path: await writeBeside(variant, padColumns(variant.graph, chosen), 'padded') }
}
