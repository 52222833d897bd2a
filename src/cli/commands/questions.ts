import type { Command } from 'commander'
import type { Question, Study, StudyResult } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Client } from '../client.ts'
import { integerOf } from '../flags.ts'
import { followJob } from '../follow.ts'
import { formatDuration, formatTable } from '../format.ts'
import { describeResult } from '../result.ts'
import { startStudy } from '../run.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface QuestionFlags extends GlobalOptions {
  seconds: number
}

/** Adds `study questions`: the paper's questions, prepared for the workspace. */
export function addQuestionsCommand(study: Command, session: CliSession): void {
  study
    .command('questions')
    .description("the paper's experiments and benchmarks, each of a size that takes about as long as asked")
    .argument('[question...]', 'ids of those to run; "all" for every one')
    .option('--seconds <n>', 'how long each may take at most', integerOf('--seconds', 1), 90)
    .action(async (ids: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<QuestionFlags>()
      const client = await session.openWorkspace(options)
      const questions = await client.guide.questions({ seconds: options.seconds })
      if (ids.length === 0) return session.print(options, { questions }, () => questionTable(questions))
      const answers: { study: Study; result: StudyResult }[] = []
      for (const question of chosen(questions, ids))
        answers.push(await answer(client, question, session, options))
      session.print(options, { results: answers.map(({ result }) => result) }, () =>
        answers.map(({ study, result }) => describeResult(study, result)).join('\n'),
      )
    })
}

function chosen(questions: readonly Question[], ids: readonly string[]): Question[] {
  if (ids.includes('all')) return questions.filter(({ input }) => input !== null)
  return ids.map((id) => {
    const found = questions.find((question) => question.id === id)
    if (found) return found
    const known = questions.map((question) => question.id).join(', ')
    throw new KernelscopeError('USAGE', `no question named ${id}; there are ${known}`)
  })
}

async function answer(
  client: Client,
  { input, problem, id }: Question,
  { io }: CliSession,
  { quiet }: GlobalOptions,
) {
  if (input === null)
    throw new KernelscopeError(
      problem?.code ?? 'USAGE',
      `${id}: ${problem?.message ?? 'cannot be asked here'}`,
    )
  const study = await startStudy(client, input)
  if (study.job) await followJob(client, study.job.id, io, quiet)
  return { study, result: await client.studies.result({ id: study.id }) }
}

const questionTable = (questions: readonly Question[]) =>
  formatTable(
    [
      { title: 'Question' },
      { title: 'Paper' },
      { title: 'What is asked' },
      { title: 'Images', right: true },
      { title: 'Models', right: true },
      { title: 'Time', right: true },
    ],
    questions.map(({ id, section, asks, images, models, seconds, measured, problem }) => [
      id,
      section,
      problem ? `not here: ${problem.message}` : asks,
      String(images),
      String(models.length),
      problem ? '' : `${measured ? '' : '~ '}${formatDuration(seconds)}`,
    ]),
  )
