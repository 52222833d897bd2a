import type { PackReport } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Log } from '../base/log.ts'
import { mergePacks, readPlan, splitUnit, unitNamed } from '../units/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { recordFailures } from './giveUp.ts'
import { withFile } from './manage.ts'
import { listProfiles } from './profiles.ts'
import { stored } from './start.ts'
import type { WatchWork } from './watch.ts'

/** What looking after the runs of a workspace does with plans and packs. */
export const clusterWork = (workspace: Workspace, log: Log): WatchWork => ({
  db: workspace.db,
  log,
  profiles: listProfiles,
  async take(file, plan, name, signal) {
    const [report] = await mergePacks(workspace, [file], { signal })
    if (!report || report.problem)
      throw new KernelscopeError('PACK_MALFORMED', report?.problem?.message ?? `${file} was not merged`)
    if (report.plan !== plan || report.unit !== name)
      throw new KernelscopeError('PACK_FOREIGN', `it is of unit ${report.unit ?? 'unknown'} of another plan`)
    return { added: sum(report.added), known: sum(report.there) }
  },
  halves: (run, signal) =>
    withFile(
      run,
      'plan',
      async (file) => {
        const { head } = await readPlan(file)
        return (name) => {
          const unit = unitNamed(head, name)
          return unit && (splitUnit(head, unit)?.map(stored) ?? null)
        }
      },
      signal,
    ),
  giveUp: (run, unit, reason, signal) =>
    withFile(run, 'plan', (file) => recordFailures(workspace, run, file, unit, reason), signal),
})

const sum = ({ predictions, measurements, failures }: PackReport['added']): number =>
  predictions + measurements + failures
