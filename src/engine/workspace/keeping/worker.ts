import { workInBackground } from '../../base/background.ts'
import { answerTasks } from '../../threads/answer.ts'
import { writeBackup } from './backup.ts'
import type { KeepingTask } from './keeper.ts'

/** Script of the thread that keeps workspaces safe: it copies and checks databases beside the engine. */
workInBackground()
answerTasks(async (task: KeepingTask, signal) => writeBackup(task, signal))
