import { KernelscopeError } from '#shared/errors.ts'
import { keepValuesIn } from '../../facts/index.ts'
import type { Db, WorkspaceFiles } from '../../workspace/index.ts'
import { cancellable, nextTurn } from '../../base/nextTurn.ts'
import { studyCost } from '../cost/cost.ts'
import { cellImages } from '../images/cellImages.ts'
import { studyImageRows } from '../images/imageRows.ts'
import { studyRows } from '../images/rows.ts'
import { studyImages } from '../images/studyImages.ts'
import type { Summaries } from '../images/summaries.ts'
import { paperPage } from '../paper/page.ts'
import { allQuestions } from '../questions/plan.ts'
import { prepareImages } from '../results/prepareImages.ts'
import { ranking } from '../results/ranking.ts'
import { studyResult } from '../results/result.ts'
import { studySummary } from '../results/summary.ts'
import { listStudies } from '../store/store.ts'
import { planSuite } from '../suite/suite.ts'
import { isKept, isSettled, keptAnswer, type KeptStudy } from './keptAnswers.ts'
import { Memory } from './memory.ts'
import { stampOfStudy } from './stamp.ts'
import type { ReadingResults, ReadingTask } from './protocol.ts'

/**
 * Answers questions about stored facts. An answer that rests on nothing that has changed since is given again without
 * reading facts.
 */
export function answerer(workspace: WorkspaceFiles, summaries: Summaries) {
  keepValuesIn(workspace.db, summaries.db)
  const memory = new Memory(workspace.db)
  return <K extends ReadingTask['kind']>(
    task: Extract<ReadingTask, { kind: K }>,
    signal?: AbortSignal,
  ): Promise<ReadingResults[K]> =>
    cancellable(signal, () =>
      memory.remembered(task, async () => {
        // Every kind of task is answered with its own kind of result.
        return (await whole(signal, answer(workspace, summaries, task, signal))) as ReadingResults[K]
      }),
    )
}

/**
 * What was found before the signal was aborted: a plan lists what could not be planned, and so could hold a cancellation.
 *
 * @throws CANCELLED where it was aborted, and the errors of what is found
 */
async function whole<T>(signal: AbortSignal | undefined, finding: Promise<T>): Promise<T> {
  const found = await finding
  if (signal?.aborted) throw new KernelscopeError('CANCELLED', 'the request was cancelled')
  return found
}

/** @throws CANCELLED where the signal was aborted, and the errors of what is asked */
async function answer(
  workspace: WorkspaceFiles,
  summaries: Summaries,
  task: ReadingTask,
  signal?: AbortSignal,
): Promise<ReadingResults[ReadingTask['kind']]> {
  const { db } = workspace
  switch (task.kind) {
    case 'prepare':
      return prepareImages(db, task.datasetId)
    case 'cost':
      return studyCost(workspace, task.input, task.subset, signal)
    case 'suite':
      return planSuite(workspace, task.input, signal)
    case 'questions':
      return allQuestions(workspace, task.seconds)
    case 'paper':
      return paperPage(workspace)
    case 'ranking':
      return ranking(workspace, task.input)
    case 'result':
      return result(workspace, summaries, task.id, signal)
    case 'summary':
      return summary(workspace, summaries, task.id, signal)
    case 'ahead':
      return ahead(workspace, summaries, signal)
    case 'rows':
      return studyRows(db, task.id, task.modelId, task.key, task.after, task.limit)
    case 'cellImages':
      return cellImages(workspace, task.input)
    case 'image':
      return studyImageRows(db, task.id, task.imageId)
    case 'images':
      return studyImages(db, summaries, task)
  }
}

const of = (db: Db, kind: KeptStudy['kind'], studyId: number): KeptStudy => ({
  kind,
  studyId,
  stamp: stampOfStudy(db, studyId),
})

const result = (workspace: WorkspaceFiles, summaries: Summaries, id: number, signal?: AbortSignal) =>
  keptAnswer(summaries.db, of(workspace.db, 'result', id), isSettled(workspace.db, id), () =>
    whole(signal, studyResult(workspace, id)),
  )

const summary = (workspace: WorkspaceFiles, summaries: Summaries, id: number, signal?: AbortSignal) =>
  keptAnswer(summaries.db, of(workspace.db, 'summary', id), isSettled(workspace.db, id), () =>
    whole(signal, studySummary(workspace, id)),
  )

/** Makes what is not kept. A study that cannot be read keeps no other from it; whoever opens it is told. */
async function ahead(workspace: WorkspaceFiles, summaries: Summaries, signal?: AbortSignal): Promise<null> {
  const { db } = workspace
  for (const { id } of listStudies(db)) {
    await nextTurn()
    if (!isSettled(db, id)) continue
    try {
      if (!isKept(summaries.db, of(db, 'result', id))) await result(workspace, summaries, id, signal)
      if (!isKept(summaries.db, of(db, 'summary', id))) await summary(workspace, summaries, id, signal)
    } catch (error) {
      if (signal?.aborted) throw error
    }
  }
  return null
}
