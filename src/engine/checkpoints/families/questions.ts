import { KernelscopeError } from '#shared/errors.ts'
import type { Answers, Hints, Question } from './family.ts'

const sides = { least: 16, most: 2048 }

/** Sides in pixels that names of files tell. */
const usualSides = /(?<!\d)(224|256|288|320|384|448|480|512|518)(?!\d)/

/**
 * The side of the input, which a convolutional network leaves open.
 *
 * @param published side in pixels that the weights of this size are published for
 * @param step the network takes sides that are multiples of it; what is told beside the file has to fit
 */
export function sideQuestion(published: number, hints: Hints, step = 1): Question {
  const fits = (side: number) => side % step === 0
  const named = usualSides.exec(hints.fileName ?? '')?.[1]
  const told = hints.imageSize !== undefined && fits(hints.imageSize) ? hints.imageSize : undefined
  const inName = named !== undefined && fits(Number(named)) ? named : undefined
  return {
    id: 'side',
    title: 'Side of the input in pixels',
    hint: told
      ? 'What lies beside the file says it.'
      : inName
        ? 'The name of the file says it.'
        : `The network takes ${step === 1 ? 'any size' : `multiples of ${step}`}; this is the one of the published weights.`,
    default: String(told ?? inName ?? published),
    choices: null,
    range: { ...sides, step },
  }
}

/**
 * Every question with its answer; the default where there is none.
 *
 * @throws USAGE where an answer is of no question, or is not possible
 */
export function answered(questions: readonly Question[], answers: Answers): Answers {
  const strange = Object.keys(answers).find((id) => !questions.some((question) => question.id === id))
  if (strange !== undefined) {
    const asked = questions.map(({ id }) => id).join(', ')
    throw new KernelscopeError(
      'USAGE',
      `answer ${strange}: ${asked ? `only ${asked} can be answered` : 'nothing is asked'}`,
    )
  }
  return Object.fromEntries(questions.map((question) => [question.id, answerOf(question, answers)]))
}

function answerOf({ id, choices, range, ...question }: Question, answers: Answers): string {
  const answer = answers[id] ?? question.default
  if (choices && !choices.some(({ value }) => value === answer)) {
    const values = choices.map(({ value }) => value).join(', ')
    throw new KernelscopeError('USAGE', `answer ${id}: one of ${values} is expected, it is ${answer}`)
  }
  if (range) {
    const { least, most, step } = range
    const number = Number(answer)
    const multiple = step === 1 ? 'a whole number' : `a multiple of ${step}`
    if (!Number.isInteger(number) || number < least || number > most || number % step !== 0)
      throw new KernelscopeError(
        'USAGE',
        `answer ${id}: ${multiple} from ${least} to ${most} is expected, it is ${answer}`,
      )
  }
  return answer
}

/** The number that answers a question. */
export const numberOf = (answers: Answers, id: string): number => Number(answers[id])
