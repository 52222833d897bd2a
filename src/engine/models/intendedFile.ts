import type { Inspection } from '#shared/contract/index.ts'
import type { ModelSource } from '../onnx/index.ts'

/** A model's file, with the digest that it must have where it is read. */
export interface IntendedFile extends ModelSource {
  digest: string
}

/** The file of a model for the graph thread; of a checkpoint with the choices that its network was built with. */
export const fileOfModel = ({
  path,
  digest,
  inspection,
}: {
  path: string
  digest: string
  inspection: Pick<Inspection, 'checkpoint'>
}): IntendedFile => ({ path, digest, choice: inspection.checkpoint?.choice })
