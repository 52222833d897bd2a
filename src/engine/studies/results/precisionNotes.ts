import { outputRemarks } from '#shared/outputScale.ts'
import type { StoredModel } from '../../models/index.ts'
import type { StudyDefinition } from '../definition/index.ts'

/** What is computed by the changed graph of a rewrite. */
const computed: Partial<Record<string, string>> = {
  probe: 'features',
  gate: 'predictions without blocks',
  maskKernel: 'predictions with masked kernels',
  differentiate: 'gradients',
  attention: 'attention',
}

/** Says which of several outputs was read, and what outputs are that are neither logits nor of a softmax. */
export const outputNotes = (models: readonly Pick<StoredModel, 'title' | 'inspection'>[]): string[] =>
  models.flatMap(({ title, inspection }) => outputRemarks(inspection).map((remark) => `${title}: ${remark}.`))

/**
 * Says of models that are not float32 what was run: float16 files as they are, with what a study computes of their float32 copies;
 * int8 files, and why one image at a time.
 */
export function precisionNotes(
  { needs }: Pick<StudyDefinition, 'needs'>,
  params: Record<string, unknown>,
  models: readonly Pick<StoredModel, 'title' | 'inspection'>[],
): string[] {
  const wanted = (needs?.(params) ?? []).filter(({ of }) => of === 'models')
  const changed = wanted.flatMap(({ rewrite }) => computed[rewrite] ?? [])
  return models.flatMap(({ title, inspection: { precision, scaledByCall } }) => {
    if (precision === 'float16')
      return [
        changed.length === 0
          ? `${title}: its float16 file was run as it is.`
          : `${title}: its file is float16; ${changed.join(' and ')} are of a float32 copy with the same weights, predictions of the unchanged network of the file as it is.`,
      ]
    if (precision !== 'int8') return []
    const alone = scaledByCall
      ? ', one image at a time, because its quantisers take their scale from all images of a call'
      : ''
    return [`${title}: its int8 file was run as it is${alone}.`]
  })
}
