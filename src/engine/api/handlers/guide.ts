import type { Question } from '#shared/contract/index.ts'
import { questionModels, planQuestion, questionPlans } from '../../studies/index.ts'
import { api } from '../session/implementation.ts'

export const guide = {
  questions: api.guide.questions.handler(async ({ input, context }) => {
    const { workspace } = context.session.open()
    const asked = questionModels(workspace.db)
    const planned: Question[] = []
    for (const plan of questionPlans) planned.push(await planQuestion(workspace, asked, plan, input.seconds))
    return planned
  }),
}
