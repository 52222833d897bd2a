import { oc } from '@orpc/contract'
import { z } from 'zod'
import { cellImages, cellImagesInput } from './cellImages.ts'
import { byId, conditionKey, errorShape, id, removed } from './common.ts'
import { written } from './figures.ts'
import { ranking, rankingInput } from './ranking.ts'
import { study, studyCost, studyInput, studyKind, studySummary } from './studyInput.ts'
import { studyResult } from './studyResult.ts'
import { stopRule } from './stopping.ts'
import { studyImages } from './studyImages.ts'
import { plannedImageCondition, studyImageRow, studyRow } from './studyRows.ts'
import { suiteInput, suitePlan } from './suite.ts'

export const studies = {
  kinds: oc.output(z.array(studyKind)),
  list: oc.output(z.array(study)),
  get: oc.input(byId).output(study),
  summary: oc.input(byId).output(studySummary),
  cost: oc.input(studyInput).output(studyCost),
  /** What makes its numbers doubtful by its parameters and models alone. No image, fact or file is read. */
  check: oc.input(studyInput).output(z.object({ warnings: z.array(errorShape) })),
  /** The stored study of this input; null where there is none. */
  find: oc.input(studyInput).output(study.nullable()),
  /** What of the suite can be run, and its cost. Nothing is stored. */
  suiteCost: oc.input(suiteInput).output(suitePlan),
  /** Stores and queues the studies that can be run. A study that is stored already is only queued again. */
  suite: oc.input(suiteInput).output(z.object({ studies: z.array(study), missing: suitePlan.shape.missing })),
  ranking: oc.input(rankingInput).output(ranking),
  /** Stores the study and queues its job. It goes on to the end unless `until` says when to stop. */
  run: oc.input(studyInput.extend({ until: stopRule.optional() })).output(study),
  /** Stores the study, or finds it where it is stored, without running it: to be measured on other machines. */
  store: oc.input(studyInput).output(study),
  /** Queues the study's job again. Only missing facts are computed. */
  rerun: oc
    .input(z.object({ id, modelIds: z.array(id).optional(), until: stopRule.optional() }))
    .output(study),
  rename: oc.input(z.object({ id, title: z.string().min(1) })).output(study),
  remove: oc.input(byId).output(removed),
  result: oc.input(byId).output(studyResult),
  rows: oc
    .input(
      z.object({
        id,
        modelId: id,
        key: conditionKey,
        after: id.nullable().default(null),
        limit: z.int().min(1).max(10000).default(1000),
      }),
    )
    .output(z.object({ rows: z.array(studyRow), next: id.nullable() })),
  /** The images behind a cell, or behind a point of a figure that is not a condition. */
  flips: oc.input(cellImagesInput).output(cellImages),
  /** One image under all conditions of a study: what each model says of its true class. */
  image: oc.input(z.object({ id, imageId: id })).output(
    z.object({
      rows: z.array(studyImageRow),
      /** The conditions that this image is to be measured under, measured or not. */
      planned: z.array(plannedImageCondition),
      axis: z.string().nullable(),
    }),
  ),
  ...studyImages,
  /** Writes the random draws of a study as one draws file. The file is written whole or not at all. */
  draws: oc
    .input(
      z.object({
        id,
        /** Absolute path from a dialog or the command line. */
        path: z.string().min(1),
      }),
    )
    .output(written),
  /** Stores a draws file in the workspace. Its digest can then be the parameter `draws` of a study. */
  importDraws: oc.input(z.object({ path: z.string() })).output(z.object({ digest: z.string() })),
}
