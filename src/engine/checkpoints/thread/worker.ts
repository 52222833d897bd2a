import { graphTasks } from '../../onnx/index.ts'
import { answerTasks } from '../../threads/answer.ts'
import { readAnyModel } from '../read.ts'

/** Entry of the graph thread. It stands here, and not with its tasks, because it reads checkpoints too. */
answerTasks(graphTasks(readAnyModel))
