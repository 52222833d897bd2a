import { runTitle, unitsOver, unitsText } from '#shared/clusterWords.ts'
import type { ClusterCheckStep, ClusterRun } from '#shared/contract/index.ts'
import { formatDuration, formatPairs, formatTable, formatTime } from './format.ts'

/** Runs as a table. */
export const runTable = (runs: readonly ClusterRun[], studyTitle: (id: number) => string): string =>
  formatTable(
    [
      { title: 'ID', right: true },
      { title: 'Study' },
      { title: 'Profile' },
      { title: 'State' },
      { title: 'Units' },
      { title: 'Submitted' },
    ],
    runs.map((run) => {
      const { over, all } = unitsOver(run)
      return [
        String(run.id),
        studyTitle(run.studyId),
        run.profile,
        `${runTitle(run).toLowerCase()}${run.problem ? `: ${run.problem.message}` : ''}`,
        `${over} of ${all}`,
        formatTime(run.createdAt),
      ]
    }),
    'no runs',
  )

/** All that is told of a run. */
export const describeRun = (run: ClusterRun): string =>
  formatPairs([
    ['run', `${run.id}, of study ${run.studyId}`],
    ['profile', `${run.profile}, on ${run.host ?? 'this machine'}`],
    ['state', runTitle(run).toLowerCase()],
    ['units', unitsText(run)],
    ['facts', `${run.facts.added} new, ${run.facts.known} known before`],
    ...(run.secondsLeft === null ? [] : [['time left', formatDuration(run.secondsLeft)] as const]),
    ['folder', run.folder],
    ...(run.note === null ? [] : [['note', run.note] as const]),
    ...(run.problem === null ? [] : [['problem', `${run.problem.message}. ${run.problem.hint}`] as const]),
    ...run.reasons.map(
      ({ reason, count }) => ['tried again', count === 1 ? reason : `${count} times: ${reason}`] as const,
    ),
  ])

/** What was found when a profile was checked, a line each. */
export const checkTable = (steps: readonly ClusterCheckStep[]): string =>
  formatTable(
    [{ title: '' }, { title: 'Check' }, { title: 'Found' }],
    steps.map(({ state, title, value, hint }) => [
      { ok: 'ok', warning: 'note', error: 'FAULT' }[state],
      title,
      hint === undefined ? value : `${value}. ${hint}`,
    ]),
  )
