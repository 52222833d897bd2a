import { oc } from '@orpc/contract'
import { z } from 'zod'
import { byId, id, ok } from './common.ts'
import { imageSelection } from './imageFilter.ts'

/** Images of a dataset under a name: a rule, which follows what is measured, or a list. */
const subset = z.object({
  id,
  datasetId: id,
  name: z.string(),
  selection: imageSelection,
  changedAt: z.int(),
})

const name = z.string().trim().min(1).max(120)

export const subsets = {
  /** Of one dataset, or of all. */
  list: oc.input(z.object({ datasetId: id.optional() }).default({})).output(z.array(subset)),
  get: oc.input(byId).output(subset),
  /** `id` brings back a subset that was removed. */
  create: oc
    .input(z.object({ id: id.optional(), datasetId: id, name, selection: imageSelection }))
    .output(subset),
  update: oc
    .input(z.object({ id, name: name.optional(), selection: imageSelection.optional() }))
    .output(subset),
  remove: oc.input(byId).output(ok),
}

export type Subset = z.infer<typeof subset>
