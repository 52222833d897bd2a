import { isDeepStrictEqual } from 'node:util'
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '#shared/canonical.ts'
import { errorShape } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { readsNoLabels } from '#shared/rewrites.ts'
import { canonicalTransform, transform } from '#shared/transform.ts'
import {
  countAll,
  damagedMeasurements,
  keyOf,
  listTexts,
  listVariants,
  type VariantKey,
} from '../facts/index.ts'
import { listModels, type StoredModel } from '../models/index.ts'
import type { Db } from '../workspace/index.ts'
import { checkPredictions } from './checkPredictions.ts'
import { refusePack } from './packSchema.ts'
import type { UnpackedPack } from './unpackPack.ts'

/** A variant of a pack with the model of the workspace that it is of. */
export interface KnownVariant {
  key: VariantKey
  model: StoredModel
}

/**
 * Checks that a pack says nothing but what a unit could have measured of models and images of the open workspace. Each step of the
 * generator is short.
 *
 * @throws PACK_FOREIGN where its models or images are not here; they are named
 * @throws PACK_MALFORMED where it contradicts itself
 */
export function* checkPack(db: Db, pack: UnpackedPack): Generator<undefined, void, undefined> {
  const refuse = refusePack(pack.path)
  const variants = knownVariants(db, pack)
  checkHead(pack, variants)
  checkConditions(pack)
  checkFailures(pack)
  checkMeasurements(pack)
  checkImages(db, pack)
  yield
  yield* checkPredictions(pack.db, variants, refuse)
}

const foreign = ({ path }: UnpackedPack, what: string) =>
  new KernelscopeError('PACK_FOREIGN', `${path}: ${what}`)

const named = (all: readonly string[]) =>
  `${all.slice(0, 3).join(', ')}${all.length > 3 ? ` and ${all.length - 3} more` : ''}`

function knownVariants(db: Db, pack: UnpackedPack): ReadonlyMap<number, KnownVariant> {
  const refuse = refusePack(pack.path)
  const models = new Map(listModels(db).map((model) => [model.digest, model]))
  const rows = listVariants(pack.db)
  const titles = new Map(pack.head.models.map(({ digest, title }) => [digest, title]))
  const unknown = [...new Set(rows.map((row) => row.model))].filter((digest) => !models.has(digest))
  if (unknown.length > 0)
    throw foreign(
      pack,
      `models that are not in the workspace: ${named(unknown.map((digest) => `${titles.get(digest) || 'unnamed'} (sha256 ${digest.slice(0, 12)})`))}`,
    )
  return new Map(
    rows.map(({ id, model: digest, text }) => {
      const key = variantOf(id, text, refuse)
      const model = models.get(digest)
      if (!model || key.model !== digest || canonicalJson(key) !== text)
        throw refuse(`variant ${id} is not that of a measured model`)
      if (!readsNoLabels(key.rewrite) && key.labels !== labelsDigest(model))
        throw foreign(pack, `the labels of ${model.title} are others here than where it was measured`)
      return [id, { key, model }]
    }),
  )
}

function variantOf(id: number, text: string, refuse: ReturnType<typeof refusePack>): VariantKey {
  try {
    return keyOf(id, text)
  } catch {
    throw refuse(`variant ${id} has no key`)
  }
}

const labelsDigest = ({ labels }: StoredModel): string =>
  createHash('sha256').update(labels.join('\n')).digest('hex')

/** Compares what the head says with what is there. */
function checkHead({ path, head, db }: UnpackedPack, variants: ReadonlyMap<number, KnownVariant>): void {
  const facts = countAll(db)
  const digests = [...new Set([...variants.values()].map(({ key }) => key.model))].sort()
  const runtimes = new Set([...variants.values()].map(({ key }) => canonicalJson(key.runtime)))
  const said = {
    facts: head.facts,
    models: head.models.map(({ digest }) => digest).sort(),
    runtimes: new Set(head.runtimes.map((runtime) => canonicalJson(runtime))),
  }
  if (!isDeepStrictEqual(said, { facts, models: digests, runtimes }))
    throw refusePack(path)('its head says something else than its facts')
}

function checkConditions({ path, db }: UnpackedPack): void {
  for (const text of listTexts(db).transforms) {
    const found = transform.safeParse(jsonOf(text))
    if (!found.success || canonicalTransform(found.data) !== text)
      throw refusePack(path)(`this version has no condition ${text.slice(0, 80)}`)
  }
}

function checkFailures({ path, db }: UnpackedPack): void {
  for (const text of listTexts(db).problems)
    if (!errorShape.safeParse(jsonOf(text)).success)
      throw refusePack(path)(`this version has no failure ${text.slice(0, 80)}`)
}

function checkMeasurements({ path, db }: UnpackedPack): void {
  const damaged = damagedMeasurements(db)
  if (damaged > 0) throw refusePack(path)(`${damaged} of its measurements are not what was stored`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Names an image of a pack. */
const imageName = z.object({ name: z.string().nullable(), digest: z.instanceof(Buffer), class: z.string() })

function checkImages(db: Db, pack: UnpackedPack): void {
  const known = db
    .prepare<[Buffer, string], number>('SELECT 1 FROM example WHERE digest = ? AND class = ?')
    .pluck()
  const rows = pack.db.prepare<[], unknown>(
    'SELECT e.digest, e.class, (SELECT i.name FROM image i WHERE i.example_id = e.id) AS name FROM example e',
  )
  const unknown: string[] = []
  let count = 0
  for (const row of rows.iterate()) {
    const image = imageName.safeParse(row).data
    if (image && known.get(image.digest, image.class) === 1) continue
    if (count++ < 3)
      unknown.push(`${image?.name ?? 'unnamed'} (sha256 ${image?.digest.toString('hex').slice(0, 12)})`)
  }
  if (count > 0)
    throw foreign(
      pack,
      `${count} images that are not in the workspace: ${unknown.join(', ')}${count > 3 ? ', …' : ''}`,
    )
}
