import type { Attack } from '#shared/attacks.ts'
import { canonicalJson } from '#shared/canonical.ts'
import type { ErrorShape } from '#shared/errors.ts'
import { allOutputs } from '#shared/readouts.ts'
import { noRewrite } from '#shared/rewrites.ts'
import {
  internVariant,
  openClassifier,
  variantKey,
  type Classifier,
  type StoredModel,
} from '../../models/index.ts'
import { internCondition } from '../conditions.ts'
import type { MeasureRoom } from '../definition.ts'
import { factStore } from '../facts.ts'
import type { StudyImage } from '../images.ts'
import { onFloats } from '../lanes.ts'
import { targetLookup } from '../targets.ts'
import { takesImagesOf, transferCondition } from './conditions.ts'

/** A model that is shown the images made with another. */
export interface Shown {
  model: StoredModel
  classifier: Classifier
  variantId: number
  conditionId: number
}

/** Opens the other models of a study that take the maker's images as they are, each into `shown` as soon as it is open. */
export async function openShown(room: MeasureRoom, attack: Attack, shown: Shown[]): Promise<void> {
  for (const model of room.models.filter((other) => takesImagesOf(other, room.model))) {
    const classifier = await openClassifier(room.workspace, model, room.settings, room.log, onFloats)
    const { transform, preprocessing } = transferCondition(attack, model, room.model)
    const setting = preprocessing ? { preprocessing } : {}
    shown.push({
      model,
      classifier,
      variantId: internVariant(
        room.workspace.db,
        variantKey(model, classifier.provider.name, noRewrite, setting),
      ).id,
      conditionId: internCondition(room.workspace.db, transform(0)),
    })
  }
}

/** What distinguishes the attack whose images are shown to others. */
export const isSame = (a: Attack, b: Attack): boolean => canonicalJson(a) === canonicalJson(b)

/** Stores what a model says of adversarial images, float32 [n, height, width, 3] in [0,1], but those with a problem. */
export async function showImages(
  { workspace }: MeasureRoom,
  { model, classifier, variantId, conditionId }: Shown,
  images: readonly StudyImage[],
  made: Float32Array,
  problems: readonly (ErrorShape | null)[],
): Promise<void> {
  const { height, width } = classifier
  const values = height * width * 3
  // A graph that fixes its batch gets whole ones, the last of them padded.
  const batch = classifier.fixedBatch ? classifier.batch : images.length
  const pixels = new SharedArrayBuffer(Math.ceil(images.length / batch) * batch * values * 4)
  new Float32Array(pixels).set(made.subarray(0, images.length * values))
  const targetOf = targetLookup(model)
  const facts = factStore(workspace.db)
  for (let at = 0; at < images.length; at += batch) {
    const slice = images.slice(at, at + batch)
    const targets = Int32Array.from(slice, ({ className }) => targetOf(className))
    const {
      facts: [found],
    } = await classifier.run({ pixels, first: at, batch }, slice.length, [{ readout: allOutputs, targets }])
    const keyOf = ({ subjectId }: StudyImage) => ({ variantId, conditionId, subjectId })
    const keys = slice.map((image, row) => (problems[at + row] ? null : keyOf(image)))
    if (found) facts.store(keys, found)
  }
}
