import type { z } from 'zod'
import { errorShape } from '#shared/contract/index.ts'
import { toErrorShape } from '#shared/errors.ts'
import { allOutputs } from '#shared/readouts.ts'
import { factRestorer, type FactKey } from '../facts/index.ts'
import { listModels } from '../models/index.ts'
import { targetsOfReadout } from '../studies/index.ts'
import type { Db } from '../workspace/index.ts'
import type { Basis } from './basis.ts'
import { transformOf } from './conditions.ts'
import { differences, type Differences } from './differences.ts'
import { factRecord, failureRecord, vectorRecord } from './factLines.ts'
import { brokenRule, type FactFrame } from './factRules.ts'
import { factsName, failuresName, measurementsName, type Manifest } from './manifest.ts'
import { labelsDigest } from './models.ts'
import { valid } from './open.ts'
import type { Archive } from './reader.ts'
import { eachLine, type CsvLine } from './records.ts'
import { longestLine, longestVector } from './sample.ts'

/** The facts of a bundle, as its files have them. */
export interface FactFiles {
  archive: Archive
  variants: Manifest['variants']
  conditions: Manifest['conditions']
  pictures: Basis['pictures']
}

/** What is wrong with the facts of a bundle by themselves, by the name of the file. */
export type FactFaults = Record<typeof factsName | typeof measurementsName | typeof failuresName, Differences>

/**
 * Stores the facts of a bundle in the workspace of `restoreSetting`, and checks each by itself: whether it names a
 * variant, a condition and an image of the study, is there once, and whether its numbers fit together.
 *
 * @param read is called for every line; it may throw to stop
 * @throws BUNDLE_MALFORMED where a line is not valid, naming its number
 */
export async function restoreFacts(
  db: Db,
  files: FactFiles,
  read: () => void = () => undefined,
): Promise<FactFaults> {
  const { archive } = files
  const faults: FactFaults = {
    [factsName]: differences(),
    [measurementsName]: differences(),
    [failuresName]: differences(),
  }
  const store = factRestorer(db)
  const keys = keysOf(db, files)
  const lines = async <T extends Keyed>(
    name: keyof FactFaults,
    schema: z.ZodType<T>,
    longest: number,
    keep: (
      line: T,
      key: FactKey,
      wrong: (column: string, stored: unknown, wanted: string) => void,
    ) => boolean,
  ) => {
    if (!archive.entries.has(name)) return
    await eachLine(archive, name, longest, ({ record, line }: CsvLine) => {
      read()
      const found = valid(schema, record, `line ${line} of ${name}`, archive.refuse)
      const wrong = (column: string, stored: unknown, wanted: string) =>
        faults[name].add(`line ${line}, ${column}`, stored, wanted)
      const key = keys.of(found)
      if ('column' in key) wrong(key.column, key.stored, key.wanted)
      else if (!keep(found, key, wrong)) wrong('image', found.image, 'each image once under a condition')
    })
  }
  db.exec('BEGIN')
  try {
    await lines(factsName, factRecord, longestLine, ({ prediction, variant, className }, key, wrong) => {
      const broken = brokenRule(prediction, keys.frame(variant, className))
      if (broken) wrong(broken.column, broken.stored, broken.wanted)
      return store.prediction(key, prediction)
    })
    store.flush()
    await lines(measurementsName, vectorRecord, longestVector, ({ values }, key, wrong) => {
      const place = values.findIndex((value) => Number.isNaN(value))
      if (place >= 0) wrong(`number ${place + 1}`, null, 'a number')
      return store.value(key, Buffer.from(values.buffer, values.byteOffset, values.byteLength))
    })
    await lines(failuresName, failureRecord, longestLine, ({ problem }, key, wrong) => {
      const known = errorShape.safeParse(problem).data
      if (!known) wrong('code', problem.code, 'a code of this version')
      return store.failure(key, known ?? toErrorShape(problem.message))
    })
    for (const { png, ...picture } of files.pictures) {
      const key = keys.of({ ...picture, condition: keys.unchanged })
      if (!('column' in key)) store.value(key, Buffer.from(png, 'base64'))
    }
  } finally {
    db.exec('COMMIT')
  }
  return faults
}

interface Keyed {
  variant: number
  condition: number
  image: string
  className: string
}

/** Finds the keys of facts in a workspace, and what their predictions must fit to. */
function keysOf(db: Db, { variants, conditions }: FactFiles) {
  const store = factRestorer(db)
  const models = new Map(listModels(db).map((model) => [model.digest, model]))
  const variantIds = variants.map((variant) => {
    const model = models.get(variant.model)
    return model && labelsDigest(model) === variant.labels ? store.variant(variant) : null
  })
  const transforms = conditions.map(transformOf)
  const conditionIds = transforms.map((transform) => (transform ? store.condition(transform) : null))
  const example = db
    .prepare<[Buffer, string], number>('SELECT id FROM example WHERE digest = ? AND class = ?')
    .pluck()
  const targets = variants.map(({ model: digest, readout = allOutputs }) => {
    const model = models.get(digest)
    return { outputs: model?.classes ?? 0, readout, of: model ? targetsOfReadout(model, readout) : () => -1 }
  })
  const no = (column: string, stored: unknown, wanted: string) => ({ column, stored, wanted })
  return {
    unchanged: transforms.findIndex((transform) => transform?.op === 'identity'),
    of({ variant, condition, image, className }: Keyed): FactKey | ReturnType<typeof no> {
      const [variantId = null, conditionId = null] = [variantIds[variant], conditionIds[condition]]
      if (variantId === null) return no('variant', variant, 'a variant of a model of the bundle')
      if (conditionId === null) return no('condition', condition, 'a condition of the bundle')
      const exampleId = example.get(Buffer.from(image, 'hex'), className)
      if (exampleId === undefined) return no('image', `${image} ${className}`, 'an image of the study')
      return { variantId, conditionId, exampleId }
    },
    frame(variant: number, className: string): FactFrame {
      const { outputs = 0, readout = allOutputs, of = () => -1 } = targets[variant] ?? {}
      return { outputs, readout, target: of(className) }
    },
  }
}
