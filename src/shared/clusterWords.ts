import type { ClusterRun, ClusterUnitState } from './contract/index.ts'

const runTitles: Record<ClusterRun['state'], string> = {
  running: 'On the cluster',
  done: 'Done',
  failed: 'Failed',
  cancelling: 'Being cancelled',
  cancelled: 'Cancelled',
}

const unitTitles: Record<ClusterUnitState, string> = {
  waiting: 'To be submitted',
  queued: 'Queued',
  running: 'Running',
  done: 'Done',
  split: 'Halved',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

/** The state of a run on a cluster in words. */
export const runTitle = ({ state }: Pick<ClusterRun, 'state'>): string => runTitles[state]

/** The state of a unit in words. */
export const unitTitle = (state: ClusterUnitState): string => unitTitles[state]

/** How many units of a run there are, without those that were halved, and how many of them are over. */
export function unitsOver({ units }: Pick<ClusterRun, 'units'>): { over: number; all: number } {
  const { waiting, queued, running, done, failed, cancelled } = units
  return { over: done + failed, all: waiting + queued + running + done + failed + cancelled }
}

/** Counts of the units of a run in one line: "12 of 40 units done, 8 running, 20 queued, 1 failed". */
export function unitsText(run: Pick<ClusterRun, 'units'>): string {
  const { waiting, queued, running, done, split, failed, cancelled } = run.units
  const { all } = unitsOver(run)
  const parts: [number, string][] = [
    [running, 'running'],
    [queued, 'queued'],
    [waiting, 'to be submitted'],
    [failed, 'failed'],
    [cancelled, 'cancelled'],
    [split, 'halved'],
  ]
  const others = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return [`${done} of ${all} ${all === 1 ? 'unit' : 'units'} done`, ...others].join(', ')
}
