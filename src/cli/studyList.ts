import type { Study, StudySummary } from '#shared/contract/index.ts'
import { jobTitle } from '#shared/jobWords.ts'
import { countText, valueText } from '#shared/keyNumberText.ts'
import { differences } from '#shared/studyDifferences.ts'
import { studyStateText } from '#shared/studyState.ts'
import type { Client } from './client.ts'
import { shapeOfFailure } from './failure.ts'
import { formatTable, formatTime } from './format.ts'
import type { CliSession, GlobalOptions } from './session.ts'

/** A study with what is stored of it; `problem` says why that could not be read. */
interface ListedStudy extends Study {
  summary: StudySummary | null
  problem: string | null
}

/** Prints the studies of the workspace as the page of studies lists them, the newest first. */
export async function printStudies(session: CliSession, options: GlobalOptions): Promise<void> {
  const client = await session.openWorkspace(options, {}, true)
  const studies: ListedStudy[] = []
  for (const study of await client.studies.list())
    studies.push({ ...study, ...(await summaryOf(client, study.id)) })
  if (options.json) return session.print(options, { studies }, () => '')
  const names = {
    models: new Map((await client.models.list()).map(({ id, title }) => [id, title])),
    datasets: new Map((await client.datasets.list()).map(({ id, title }) => [id, title])),
  }
  const kinds = await client.studies.kinds()
  const differing = differences(studies, (id) => kinds.find((kind) => kind.id === id) ?? null)
  session.print(options, { studies }, () =>
    formatTable(
      [
        { title: 'ID', right: true },
        { title: 'Study' },
        { title: 'Kind' },
        { title: 'Models' },
        { title: 'Dataset' },
        { title: 'Key number' },
        { title: 'State' },
        { title: 'Created' },
      ],
      studies.map((study) => [
        String(study.id),
        [study.title, differing.get(study.id)].filter(Boolean).join(', '),
        study.kind,
        study.modelIds.map((id) => names.models.get(id) ?? String(id)).join(', '),
        study.datasetId === null ? '–' : (names.datasets.get(study.datasetId) ?? ''),
        numberOf(study),
        stateOf(study),
        formatTime(study.createdAt),
      ]),
      'no studies; run one with "kernelscope study run KIND --model FILE --dataset DIR"',
    ),
  )
}

async function summaryOf(client: Client, id: number): Promise<Pick<ListedStudy, 'summary' | 'problem'>> {
  try {
    return { summary: await client.studies.summary({ id }), problem: null }
  } catch (error) {
    const { code, message } = shapeOfFailure(error)
    if (code === 'CANCELLED' || code === 'INTERNAL') throw error
    return { summary: null, problem: message }
  }
}

function numberOf({ summary }: ListedStudy): string {
  const number = summary?.keyNumber
  return number ? `${valueText(number)} (${number.title}, ${countText(number)})` : '–'
}

/** The state of the job, and of what is stored: "done, complete". What was measured on other machines has no job. */
const stateOf = ({ job, summary, problem }: ListedStudy): string =>
  [
    job === null && summary?.complete ? '' : jobTitle(job).toLowerCase(),
    summary && job?.state !== 'running' ? studyStateText(summary) : problem,
  ]
    .filter(Boolean)
    .join(', ')
