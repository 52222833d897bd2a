import { writeVariant, type WeightsWriting } from '../file/variant.ts'
import type { Graph, OnnxModel } from '../graph.ts'
import { acceptPixels, type Normalisation } from '../rewrite/acceptPixels.ts'
import type { BlockAdds } from '../rewrite/branches.ts'
import { segments } from '../rewrite/segments.ts'

/** A segment (see `segments`) whose graphs are files. A tensor has the same name in all of them. */
export interface SegmentFiles {
  kept: string
  /** null: without the block, each output is the input that `same` names. */
  removed: string | null
  /** Input by output. */
  same: ReadonlyMap<string, string>
  /** Tensors that later segments read. */
  alive: readonly string[]
}

/**
 * Writes the segments of a model's graph by `writeVariant`. The graph takes pixels, uint8 [N,H,W,3].
 *
 * @throws the errors of `segments` and `writeVariant`
 */
export async function writeSegments(
  model: OnnxModel,
  {
    digest,
    directory,
    name,
    normalisation,
    blocks,
    ...writing
  }: {
    digest: string
    directory: string
    name: string
    normalisation: Normalisation
    blocks: readonly BlockAdds[]
  } & WeightsWriting,
): Promise<SegmentFiles[]> {
  const written: SegmentFiles[] = []
  const write = (graph: Graph, part: string) =>
    writeVariant(model, graph, directory, `${name}-${part}`, {
      digest,
      tell: writing.tell,
      signal: writing.signal,
    })
  for (const { kept, removed, same, alive } of segments(acceptPixels(model.graph, normalisation), blocks)) {
    const place = written.length + 1
    written.push({
      kept: await write(kept, `${place}`),
      removed: removed && (await write(removed, `${place}-without`)),
      same,
      alive,
    })
  }
  return written
}
