import type { Question } from '#shared/contract/index.ts'
import { castOf, planQuestion, questionPlans } from '../../studies/index.ts'
import { api } from '../session/implementation.ts'

export const guide = {
  questions: api.guide.questions.handler(async ({ input, context }) => {
    const { workspace } = context.session.open()
    const cast = castOf(workspace.db)
    const planned: Question[] = []
    for (const plan of questionPlans) planned.push(await planQuestion(workspace, cast, plan, input.seconds))
    return planned
  }),
}
