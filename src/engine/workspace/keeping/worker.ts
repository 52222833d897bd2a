import { dirname, join } from 'node:path'
import { workInBackground } from '../../base/background.ts'
import { answerTasks } from '../../threads/answer.ts'
import { asWorkspaceError } from '../database.ts'
import { writeBackup } from './backup.ts'
import type { KeepingTask } from './keeper.ts'
import { verifyMasks } from './masks.ts'
import { salvageDatabase } from './salvage.ts'
import { openToVerify, verifyStep, verifySteps } from './verify.ts'

/** Errors of SQLite are named here: they do not cross threads. */
function salvage(file: string, target: string) {
  try {
    return salvageDatabase(file, target)
  } catch (error) {
    throw asWorkspaceError(error, file)
  }
}

const masksStep = 'drawn masks'

/** Script of the thread that keeps workspaces safe: it copies and checks databases beside the engine. */
workInBackground()
answerTasks(async (task: KeepingTask, signal) => {
  if (task.kind === 'backup') return writeBackup(task, signal)
  if (task.kind === 'salvage') return salvage(task.file, task.target)
  if (task.kind === 'check' && task.step === masksStep) return verifyMasks(join(dirname(task.file), 'draws'))
  const db = openToVerify(task.file)
  try {
    return task.kind === 'steps' ? [...verifySteps(db), masksStep] : verifyStep(db, task.step)
  } finally {
    db.close()
  }
})
