import { api } from '../session/implementation.ts'

export const guide = {
  questions: api.guide.questions.handler(({ input, context, signal }) =>
    context.session.open().reader.ask({ kind: 'questions', seconds: input.seconds }, signal),
  ),
  paper: api.guide.paper.handler(({ context, signal }) =>
    context.session.open().reader.ask({ kind: 'paper' }, signal),
  ),
}
