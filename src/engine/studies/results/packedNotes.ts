import type { Study } from '#shared/contract/index.ts'
import { thousands } from '#shared/thousands.ts'
import { packedPlansOf } from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'

/** Says which answers of a study were measured on other machines and added as packs of facts, and by which runtimes. */
export const packedNotes = (db: Db, { kind, createdAt }: Pick<Study, 'kind' | 'createdAt'>): string[] =>
  packedPlansOf(db, { kind, createdAt }).map(({ packs, added, runtimes }) => {
    const count = Object.keys(packs).length
    const by = runtimes.map(
      ({ provider, precision, onnxruntime }) => `${provider}, ${precision}, ONNX Runtime ${onnxruntime}`,
    )
    return `${thousands(added)} answers were measured on other machines (${by.join('; ')}) and added as ${count} ${count === 1 ? 'pack' : 'packs'} of facts.`
  })
