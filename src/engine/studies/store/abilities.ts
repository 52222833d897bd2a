import type { Possibility } from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { fileOfModel, getModel, type StoredModel } from '../../models/index.ts'
import { onGraphThread } from '../../onnx/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { StudyDefinition } from '../definition/index.ts'
import { studyDefinition } from '../registry.ts'
import type { SettledStudy } from './settled.ts'

type RewriteName = Possibility['rewrite']

/** What a model lacks that does not allow a rewrite. */
const lacking: Record<RewriteName, string> = {
  pixels: 'takes no pixels',
  probe: 'gives no features of its layers',
  gate: 'has no block that can be removed',
  bypass: 'has no block that can be removed',
  maskKernel: 'has no kernels that can be masked',
  differentiate: 'gives no gradient to the image',
  attention: 'gives no attention matrices',
}

const hints = {
  quantised:
    'Its numbers are quantised, and a quantiser has no gradient. Take the float32 or float16 file of the network, or leave it out.',
  other: 'Leave the model out, or choose another one. Its page says what can be done with it.',
}

/** A model that a study needs, and a rewrite that it does not allow. */
interface Unable {
  model: StoredModel
  rewrite: RewriteName
  reason: string
}

/**
 * Models of a study, and others that its parameters name, that do not allow a rewrite which it needs, by what is stored of them.
 *
 * @throws MODEL_NOT_FOUND where there is no such model
 */
function unableModels(
  db: Db,
  definition: StudyDefinition,
  params: Record<string, unknown>,
  modelIds: readonly number[],
): Unable[] {
  return (definition.needs?.(params) ?? []).flatMap(({ rewrite, of }) =>
    (of === 'models' ? modelIds : [of]).flatMap((id) => {
      const model = getModel(db, id)
      const reason = refusalOf(model.inspection.rewrites, rewrite)
      return reason === undefined ? [] : [{ model, rewrite, reason }]
    }),
  )
}

/** Why a rewrite is not possible; undefined where it is, or nothing is known of it. */
function refusalOf(rewrites: readonly Possibility[], rewrite: RewriteName): string | undefined {
  const found = rewrites.find((one) => one.rewrite === rewrite)
  return found?.possible === false ? (found.reason ?? 'no reason was given') : undefined
}

const problemOf = ({ model, rewrite, reason }: Unable) =>
  new KernelscopeError('MODEL_UNSUPPORTED', `${model.title} ${lacking[rewrite]}: ${reason}`, {
    hint:
      model.inspection.precision === 'int8' && rewrite === 'differentiate' ? hints.quantised : hints.other,
  })

/** What `unableModels` finds, in words. Reads no file. */
export const abilityWarnings = (...asked: Parameters<typeof unableModels>): ErrorShape[] =>
  unableModels(...asked).map((unable) => problemOf(unable).toShape())

/**
 * Refuses a study that needs a gradient of a model which gives none: its job would fail there. Other needs leave a model out of a
 * figure, which its notes say. What is stored of a model may be of an earlier version, so its file is asked.
 *
 * @throws MODEL_UNSUPPORTED where a model gives no gradient; the message names the operator
 * @throws the errors of reading a model
 */
export async function checkAbilities(db: Db, { kind, params, modelIds }: SettledStudy): Promise<void> {
  const unable = unableModels(db, studyDefinition(kind), params, modelIds)
  for (const one of unable.filter(({ rewrite }) => rewrite === 'differentiate')) {
    const { rewrites } = await onGraphThread({ kind: 'inspect', ...fileOfModel(one.model) })
    const reason = refusalOf(rewrites, one.rewrite)
    if (reason !== undefined) throw problemOf({ ...one, reason })
  }
}
