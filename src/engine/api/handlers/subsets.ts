import { createSubset, getSubset, listSubsets, removeSubset, updateSubset } from '../../datasets/index.ts'
import { api } from '../session/implementation.ts'
import { knownFor } from '../browsing/known.ts'

export const subsets = {
  list: api.subsets.list.handler(({ input, context }) => listSubsets(context.session.db, input.datasetId)),
  get: api.subsets.get.handler(({ input, context }) => getSubset(context.session.db, input.id)),
  create: api.subsets.create.handler(({ input, context: { session } }) => {
    knownFor(session, input.datasetId, { filter: input.selection.filter })
    return createSubset(session.db, input)
  }),
  update: api.subsets.update.handler(({ input: { id, ...change }, context: { session } }) => {
    const { datasetId } = getSubset(session.db, id)
    knownFor(session, datasetId, { filter: change.selection?.filter })
    return updateSubset(session.db, id, change)
  }),
  remove: api.subsets.remove.handler(({ input, context }) => {
    removeSubset(context.session.db, input.id)
    return { ok: true }
  }),
}
