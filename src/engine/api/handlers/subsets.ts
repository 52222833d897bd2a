import { createSubset, getSubset, listSubsets, removeSubset, updateSubset } from '../../datasets/index.ts'
import { api } from '../session/implementation.ts'
import { knownFor } from '../browsing/known.ts'
import type { EngineSession } from '../session/session.ts'

const db = (session: EngineSession) => session.open().workspace.db

export const subsets = {
  list: api.subsets.list.handler(({ input, context }) => listSubsets(db(context.session), input.datasetId)),
  get: api.subsets.get.handler(({ input, context }) => getSubset(db(context.session), input.id)),
  create: api.subsets.create.handler(({ input, context: { session } }) => {
    knownFor(session, { filter: input.selection.filter })
    return createSubset(db(session), input)
  }),
  update: api.subsets.update.handler(({ input: { id, ...change }, context: { session } }) => {
    knownFor(session, { filter: change.selection?.filter })
    return updateSubset(db(session), id, change)
  }),
  remove: api.subsets.remove.handler(({ input, context }) => {
    removeSubset(db(context.session), input.id)
    return { ok: true }
  }),
}
