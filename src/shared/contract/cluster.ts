import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { byId, errorShape, id, ok } from './common.ts'
import { clusterProfile } from './clusterProfile.ts'
import { working } from './working.ts'

/** One try of a unit, by the task of an array that it was given to. */
export const clusterAttempt = z.object({
  submission: z.int().positive(),
  index: z.int().nonnegative(),
  /** Node that it ran on; empty where that is not known. */
  node: z.string(),
  /** Why it ended without a pack; empty while it is under way, and where it gave one. */
  reason: z.string(),
  /** Whose fault that was; null where it was none. */
  of: z.enum(['unit', 'place', 'setup', 'person']).nullable(),
})

/** waiting: to be submitted; queued: with SLURM; done: its pack was merged; split: its halves took its place. */
export const clusterUnitState = z.enum([
  'waiting',
  'queued',
  'running',
  'done',
  'split',
  'failed',
  'cancelled',
])

export const clusterUnit = z.object({
  /** As the plan names it. */
  name: z.string().regex(/^[1-9]\d{0,8}[ab]{0,64}$/),
  /** Title of its model. */
  model: z.string(),
  /** Images that it is of. */
  images: z.int(),
  /** Estimated seconds on the machine that wrote the plan. */
  seconds: z.number(),
  state: clusterUnitState,
  attempts: z.array(clusterAttempt),
})

export const clusterRunState = z.enum(['running', 'done', 'failed', 'cancelling', 'cancelled'])

/** A study that was given to a cluster. */
export const clusterRun = z.object({
  id,
  studyId: id,
  /** Name of its profile, and the host there; null: this machine. */
  profile: z.string(),
  host: z.string().nullable(),
  /** Its folder on the cluster. */
  folder: z.string(),
  state: clusterRunState,
  /** What keeps it from going on now, e.g. that the controller does not answer; null where nothing does. */
  note: z.string().nullable(),
  /** Why it failed. */
  problem: errorShape.nullable(),
  units: z.record(clusterUnitState, z.int()),
  /** Tries that failed, with how often each reason was given, the most frequent first, at most ten. */
  reasons: z.array(z.object({ reason: z.string(), count: z.int() })),
  /** Facts that packs brought, and those of them that were here already. */
  facts: z.object({ added: z.int(), known: z.int() }),
  /** Seconds that the units left take at the present speed; null where it is not known. */
  secondsLeft: z.number().nullable(),
  createdAt: z.int(),
  finishedAt: z.int().nullable(),
})

/** What a study would be on a cluster. */
export const clusterCost = z.object({
  units: z.int(),
  images: z.int(),
  /** Facts that are computed, also those that are stored here already. */
  answers: z.int(),
  /** Estimated seconds of all units, one after another and as many at once as the profile allows. */
  seconds: z.number(),
  secondsAtOnce: z.number(),
  /** Whether the speed of every model was measured on this machine; otherwise it is guessed. */
  measured: z.boolean(),
})

/** One thing that was looked at when a profile was checked. */
export const clusterCheckStep = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['ok', 'warning', 'error']),
  value: z.string(),
  hint: z.string().optional(),
})

const named = z.object({ name: clusterProfile.shape.name })
const which = z.object({ studyId: id, profile: clusterProfile.shape.name })

export const cluster = {
  profiles: oc.output(z.array(clusterProfile)),
  /** Profiles are the person's own, for all workspaces. Stores one in the place of one that has its name or the name `before`. */
  saveProfile: oc
    .input(z.object({ profile: clusterProfile, before: z.string().optional() }))
    .output(z.array(clusterProfile)),
  removeProfile: oc.input(named).output(z.array(clusterProfile)),
  /** Looks at the host and its folder, has one small unit computed there, and compares its facts with those of this machine. */
  check: oc.input(named).output(working(z.object({ ok: z.boolean(), steps: z.array(clusterCheckStep) }))),
  /** What a study would be on a cluster; no host is asked. */
  cost: oc.input(which).output(clusterCost),
  /** Writes the plan of a study, makes its folder on the cluster and submits its units. */
  submit: oc.input(which).output(working(clusterRun)),
  /** Runs, the newest first: all, or those of a study. */
  list: oc.input(z.object({ studyId: id.optional() }).default({})).output(z.array(clusterRun)),
  get: oc.input(byId).output(clusterRun),
  units: oc
    .input(
      z.object({
        id,
        states: z.array(clusterUnitState).optional(),
        /** Only those that a try of failed. */
        tried: z.boolean().default(false),
        offset: z.int().nonnegative().default(0),
        limit: z.int().min(1).max(1000).default(200),
      }),
    )
    .output(z.object({ units: z.array(clusterUnit), total: z.int() })),
  /** Sends all open runs first, then each when it changes. */
  watch: oc.output(eventIterator(clusterRun)),
  /** Asks the cluster now instead of at the next minute. */
  refresh: oc.input(byId).output(clusterRun),
  /** Cancels what is queued or runs there. What was merged stays. */
  cancel: oc.input(byId).output(clusterRun),
  /** Submits again what was cancelled or has failed. */
  resume: oc.input(byId).output(clusterRun),
  /** The last lines that the last task of a unit wrote. */
  log: oc.input(z.object({ id, unit: z.string() })).output(z.object({ path: z.string(), text: z.string() })),
  /** Removes runs that have ended from the list, with their folders. */
  clear: oc.output(ok),
}

export type ClusterAttempt = z.infer<typeof clusterAttempt>
export type ClusterUnit = z.infer<typeof clusterUnit>
export type ClusterUnitState = z.infer<typeof clusterUnitState>
export type ClusterRun = z.infer<typeof clusterRun>
export type ClusterCost = z.infer<typeof clusterCost>
export type ClusterCheckStep = z.infer<typeof clusterCheckStep>
