import { oc } from '@orpc/contract'
import { z } from 'zod'
import { byId, id, ok } from './common.ts'
import { imageSelection } from './imageFilter.ts'

/** A named set of images of a dataset: a rule, whose images follow what is measured, or a list. */
export const subset = z.object({
  id,
  datasetId: id,
  name: z.string(),
  selection: imageSelection,
  changedAt: z.int(),
})

const name = z.string().trim().min(1).max(120)

export const subsets = {
  /** Subsets of one dataset, or of all datasets. */
  list: oc.input(z.object({ datasetId: id.optional() }).default({})).output(z.array(subset)),
  get: oc.input(byId).output(subset),
  /** `id` restores a subset that was removed. */
  create: oc
    .input(z.object({ id: id.optional(), datasetId: id, name, selection: imageSelection }))
    .output(subset),
  update: oc
    .input(z.object({ id, name: name.optional(), selection: imageSelection.optional() }))
    .output(subset),
  remove: oc.input(byId).output(ok),
}

export type Subset = z.infer<typeof subset>
