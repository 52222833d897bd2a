import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { attack, type Attack } from '#shared/attacks.ts'
import type { Preprocessing } from '#shared/contract/index.ts'
import { addModel, listModels, updateModel, type StoredModel } from '../models/index.ts'
import { setupOf } from '../studies/index.ts'
import type { Db } from '../workspace/index.ts'
import type { BundledSurrogate, BundledModel, Manifest } from './manifest.ts'

/** A model as a bundle tells of it: without its folder. */
export function describedModel(model: StoredModel): BundledModel {
  const { digest, title, path, bytes, family, parameters, labelSet, labels } = model
  const set = /[\\/]/.test(labelSet) ? basename(labelSet) : labelSet
  return { digest, title, file: basename(path), bytes, family, parameters, labelSet: set, labels }
}

/** The models whose gradients made images of some conditions, as far as they are still set up as they were. */
export function surrogatesOf(db: Db, conditions: readonly string[]): BundledSurrogate[] {
  const attacks = conditions.flatMap((text) => attack.safeParse(JSON.parse(text)).data ?? [])
  return listModels(db)
    .filter((model) => attacks.some((own) => isMadeBy(own, model)))
    .map((model) => ({ ...describedModel(model), preprocessing: model.preprocessing }))
}

type Setup = Parameters<typeof setupOf>[0] & { digest: string }

const isMadeBy = ({ surrogate, setup }: Attack, model: Setup): boolean =>
  surrogate === model.digest && (setup === undefined || setup === setupOf(model))

/**
 * The model that made the images of an attack, as the bundle describes it. Bundles of before surrogates were written down
 * tell of it where it is one of the study's own models. Null where nothing in the bundle is set up as the attack says.
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

/** A model added to a workspace from its file and set up as a bundle says; with the preprocessing of its file where none is given. */
export async function setUpModel(
  db: Db,
  path: string,
  { labelSet, labels }: BundledModel,
  preprocessing?: Preprocessing,
): Promise<StoredModel> {
  const added = await addModel(db, path)
  return updateModel(db, added.id, { preprocessing, labels: { set: labelSet, names: labels } })
}

/** As variants name a label list. */
export const labelsDigest = ({ labels }: BundledModel): string =>
  createHash('sha256').update(labels.join('\n')).digest('hex')
