import { answerTasks } from '../threads/answer.ts'
import { draw, placement } from './drawing.ts'
import type { PressTask } from './press.ts'

/** Entry of the thread that draws figures. */
answerTasks(async (task: PressTask) =>
  task.kind === 'draw' ? draw(task.drawing) : placement(task.composition),
)
