import { resolve } from 'node:path'
import type { PlanSummary } from '#shared/contract/index.ts'
import { mergePacks, readPlan, runUnit, unitsOf, writePlan, type Plan } from '../../units/index.ts'
import { api, guarded } from '../session/implementation.ts'
import { worked } from '../session/worked.ts'

export const units = {
  plan: api.units.plan.handler(async ({ input, context: { session }, signal }) => {
    const { workspace } = session.open()
    const { studyId, path, minutes, secondsPerPass } = input
    const settings = session.settings()
    const plan = await writePlan(workspace, studyId, resolve(path), {
      minutes,
      secondsPerPass,
      settings,
      signal,
    })
    return summaryOf(plan)
  }),
  read: api.units.read.handler(async ({ input }) => summaryOf(await readPlan(resolve(input.path)))),
  run: api.units.run.handler(({ input, context: { session }, signal: ended }) => {
    const { plan, unit, out, maps, scratch, stage, settings } = input
    const running = worked(async ({ signal, onProgress }) => {
      const { head, ...pack } = await runUnit(resolve(plan), unit, resolve(out), {
        maps,
        scratch,
        stage,
        overrides: settings,
        signal,
        onProgress: ({ done, total, unit: counted, note }) => onProgress(done, total, counted, note),
      })
      return { ...pack, unit: head.unit.name, facts: head.facts, seconds: head.seconds }
    }, ended)
    return guarded(running, session)
  }),
  merge: api.units.merge.handler(({ input, context: { session }, signal: ended }) => {
    const { workspace, ahead } = session.open()
    const merging = worked(
      ({ signal, onProgress }) =>
        mergePacks(
          workspace,
          input.files.map((file) => resolve(file)),
          {
            signal,
            mayGoOn: () => void session.stillOpen(workspace),
            onProgress: (done, of, { seen, all }) =>
              of === 1 && all > 0
                ? onProgress(seen, all, 'facts', 'Adding a pack of facts')
                : onProgress(done, of, 'packs', 'Adding packs of facts'),
          },
        ).finally(() => ahead?.soon()),
      ended,
    )
    return guarded(merging, session)
  }),
}

/** What is told of a plan. */
const summaryOf = ({ path, digest, head }: Plan): PlanSummary => ({
  path,
  digest,
  study: { kind: head.study.kind, title: head.study.title },
  models: head.models.map((model) => ({
    id: model.id,
    title: model.title,
    digest: model.digest,
    path: model.path,
  })),
  datasets: head.datasets.map(({ id, title, root }) => ({ id, title, root })),
  minutes: head.minutes,
  measured: head.work.every(({ measured }) => measured),
  units: unitsOf(head).map((unit) => ({
    ...unit,
    conditions: [...unit.conditions],
    images: [...unit.images],
  })),
})
