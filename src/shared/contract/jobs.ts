import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { byId, errorShape, id, ok } from './common.ts'
import { stopReason, stopRule } from './stopping.ts'

const jobState = z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled'])

const jobProgress = z.object({
  done: z.int(),
  total: z.int(),
  /** What is counted, e.g. "images". */
  unit: z.string(),
  /** Speed over the last seconds; null before the first measurement. */
  perSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** What the job is doing, e.g. "RepLK 31 on cpu, batch 16". */
  note: z.string(),
  failed: z.int(),
  cacheHits: z.int(),
  /** Seconds for which a batch has not answered, where that is far longer than any batch before. */
  silentSeconds: z.int().optional(),
  /** Why a study has stopped before its end, where it was asked to. */
  stopped: stopReason.optional(),
})

export const job = z.object({
  id,
  kind: z.enum(['study', 'index', 'trial']),
  title: z.string(),
  studyId: id.nullable(),
  datasetId: id.nullable(),
  /** The model of a trial. */
  modelId: id.nullable(),
  state: jobState,
  /** Queued jobs run by position, then id. */
  position: z.int(),
  progress: jobProgress,
  /** When a study is to stop before its end; left out: it goes on to the end. */
  until: stopRule.optional(),
  problem: errorShape.nullable(),
  createdAt: z.int(),
  startedAt: z.int().nullable(),
  finishedAt: z.int().nullable(),
})

export const jobs = {
  list: oc.input(z.object({ limit: z.int().min(1).max(500).default(100) })).output(z.array(job)),
  get: oc.input(byId).output(job),
  pause: oc.input(byId).output(job),
  resume: oc.input(byId).output(job),
  cancel: oc.input(byId).output(job),
  /** Puts these queued jobs in this order, ahead of the other queued jobs. */
  reorder: oc.input(z.object({ ids: z.array(id) })).output(z.array(job)),
  /** Removes finished jobs from the list. Their results stay. */
  clear: oc.output(ok),
  /** Sends all open jobs first, then each job when it changes (at most 5 times a second each). */
  watch: oc.output(eventIterator(job)),
}

export type JobState = z.infer<typeof jobState>
export type JobProgress = z.infer<typeof jobProgress>
export type Job = z.infer<typeof job>
