import { oc } from '@orpc/contract'
import { z } from 'zod'
import { errorShape, id } from './common.ts'
import { settings } from './system.ts'
import { working } from './working.ts'

/** A unit of a plan: one model, some of its conditions, a range of the images in the study's order. */
export const planUnit = z.object({
  /** Number from 1, followed by a and b for halves: "12ab". */
  name: z.string(),
  modelId: id,
  /** Title of the model. */
  title: z.string(),
  /** Places among the conditions of the model: the first, and the one after the last. */
  conditions: z.tuple([z.int(), z.int()]),
  /** Places in the study's order of images: the first, and the one after the last. */
  images: z.tuple([z.int(), z.int()]),
  /** Facts that it computes at most. */
  answers: z.int(),
  /** Estimated seconds. */
  seconds: z.number(),
})

export const planSummary = z.object({
  path: z.string(),
  /** Names the plan: sha256, hex. */
  digest: z.string(),
  study: z.object({ kind: z.string(), title: z.string() }),
  models: z.array(z.object({ id, title: z.string(), digest: z.string(), path: z.string() })),
  datasets: z.array(z.object({ id, title: z.string(), root: z.string() })),
  minutes: z.number(),
  /** Whether the speed of all models was measured where the plan was written; guessed from their size otherwise. */
  measured: z.boolean(),
  units: z.array(planUnit),
})

const factCounts = z.object({ predictions: z.int(), measurements: z.int(), failures: z.int() })

/** What came of adding a pack of facts. */
export const packReport = z.object({
  file: z.string(),
  /** Names the pack; null, as what follows, where it cannot be read. */
  digest: z.string().nullable(),
  /** Digest of its plan. */
  plan: z.string().nullable(),
  unit: z.string().nullable(),
  /** added: facts of it are new. known: all of them were here. refused: nothing of it was added. */
  state: z.enum(['added', 'known', 'refused']),
  added: factCounts,
  /** What was here already. */
  there: factCounts,
  problem: errorShape.nullable(),
})

/** A pack that was written. */
export const writtenPack = z.object({
  path: z.string(),
  bytes: z.int(),
  digest: z.string(),
  unit: z.string(),
  facts: factCounts,
  /** Seconds until the first answer was there, and of all the work. */
  seconds: z.object({ opening: z.number(), all: z.number() }),
})

export const units = {
  /** Writes the plan of a stored study. The workspace is not changed. */
  plan: oc
    .input(
      z.object({
        studyId: id,
        path: z.string().min(1),
        minutes: z.number().positive().max(10_000).default(10),
        /** Of a forward pass on the machines that will compute. */
        secondsPerPass: z.number().positive().optional(),
      }),
    )
    .output(planSummary),
  /** Reads a plan. No workspace is needed. */
  read: oc.input(z.object({ path: z.string().min(1) })).output(planSummary),
  /** Runs a unit and writes its pack. No workspace is needed. Ending the stream stops it, and nothing is left. */
  run: oc
    .input(
      z.object({
        plan: z.string().min(1),
        unit: z.string().min(1).max(80),
        out: z.string().min(1),
        maps: z.array(z.object({ from: z.string(), to: z.string() })).default([]),
        scratch: z.string().optional(),
        stage: z.string().optional(),
        settings: settings.pick({ provider: true, threads: true, batch: true }).partial().default({}),
      }),
    )
    .output(working(writtenPack)),
  /** Adds packs to the open workspace. Ending the stream stops it between steps; what came stays. */
  merge: oc
    .input(z.object({ files: z.array(z.string().min(1)).min(1) }))
    .output(working(z.array(packReport))),
}

export type PlanUnit = z.infer<typeof planUnit>
export type PlanSummary = z.infer<typeof planSummary>
export type PackReport = z.infer<typeof packReport>
export type PackSummary = z.infer<typeof writtenPack>
