import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { attack, type Attack } from '#shared/attacks.ts'
import { canonicalJson } from '#shared/canonical.ts'
import type { Preprocessing, Study } from '#shared/contract/index.ts'
import { modelFor } from '../datasets/index.ts'
import { addModel, listModels, updateModel, type StoredModel } from '../models/index.ts'
import type { ModelSource } from '../onnx/index.ts'
import { setupOf, surrogateChanges } from '../studies/index.ts'
import type { Db } from '../workspace/index.ts'
import type { BundledSurrogate, BundledModel, Manifest } from './manifest.ts'

/** Describes a model for a bundle, without its folder. */
export function describedModel(model: StoredModel): BundledModel {
  const { digest, title, path, bytes, family, parameters, labelSet, labels, origin } = model
  const set = /[\\/]/.test(labelSet) ? basename(labelSet) : labelSet
  return { digest, title, file: basename(path), bytes, family, parameters, labelSet: set, labels, origin }
}

/**
 * Lists the surrogate models of some conditions of a study that still have the setup of their attack: with their own
 * preprocessing, or with one of the study's.
 */
export function surrogatesOf(
  db: Db,
  { datasetId, preprocessings }: { datasetId: number } & Pick<Study, 'preprocessings'>,
  conditions: readonly string[],
): BundledSurrogate[] {
  const attacks = conditions.flatMap((text) => attack.safeParse(JSON.parse(text)).data ?? [])
  return listModels(db)
    .flatMap((model) =>
      distinct(surrogateChanges(preprocessings).map((change) => modelFor(db, datasetId, model, change))),
    )
    .filter((model) => attacks.some((own) => isMadeBy(own, model)))
    .map((model) => ({ ...describedModel(model), preprocessing: model.preprocessing }))
}

/** Without those whose preprocessing another one has. */
const distinct = (models: readonly StoredModel[]): StoredModel[] => [
  ...new Map(models.toReversed().map((model) => [canonicalJson(model.preprocessing), model])).values(),
]

type Setup = Parameters<typeof setupOf>[0] & { digest: string }

const isMadeBy = ({ surrogate, setup }: Attack, model: Setup): boolean =>
  surrogate === model.digest && (setup === undefined || setup === setupOf(model))

/**
 * Finds the surrogate model of an attack in a bundle. Older bundles do not list surrogate models; there it is found
 * only among the models of the study. Null where no model of the bundle has the setup of the attack.
 */
export function surrogateBehind(
  own: Attack,
  { surrogates, models, variants }: Manifest,
): BundledSurrogate | null {
  const described = [
    ...surrogates,
    ...models.flatMap((model) =>
      variants
        .filter((variant) => variant.model === model.digest)
        .map(({ preprocessing }) => ({ ...model, preprocessing })),
    ),
  ]
  return described.find((model) => isMadeBy(own, model)) ?? null
}

/**
 * Adds a model file to a workspace, with the labels of a bundle; a checkpoint with the choices of its network.
 *
 * @param preprocessing that of the model file when left out
 */
export async function setUpModel(
  db: Db,
  { path, choice }: ModelSource,
  { labelSet, labels }: BundledModel,
  preprocessing?: Preprocessing,
): Promise<StoredModel> {
  const added = await addModel(db, path, { choice })
  return updateModel(db, added.id, { preprocessing, labels: { set: labelSet, names: labels } })
}

/** Computes the digest of a label list as variants store it: sha256, hex. */
export const labelsDigest = ({ labels }: Pick<BundledModel, 'labels'>): string =>
  createHash('sha256').update(labels.join('\n')).digest('hex')
