import { answerTasks } from '../../threads/answer.ts'
import { graphTasks } from './tasks.ts'

/** Entry of the graph thread. */
answerTasks(graphTasks())
