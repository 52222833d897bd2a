import { workInBackground } from '../base/background.ts'
import { answerTasks } from '../threads/answer.ts'
import { composedLayout, renderFigure } from './render.ts'
import type { PressTask } from './press.ts'

/** Script of the thread that renders figures. */
workInBackground()
answerTasks(async (task: PressTask) =>
  task.kind === 'render' ? renderFigure(task.request) : composedLayout(task.composition),
)
