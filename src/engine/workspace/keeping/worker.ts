import { dirname, join } from 'node:path'
import type { SalvagedTable } from '#shared/contract/index.ts'
import { workInBackground } from '../../base/background.ts'
import { answerTasks } from '../../threads/answer.ts'
import { asWorkspaceError } from '../database.ts'
import { writeBackup } from './backup.ts'
import type { KeepingTask } from './keeper.ts'
import { verifyMasks } from './masks.ts'
import { Salvage } from './salvage.ts'
import { openToVerify, verifyStep, verifySteps } from './verify.ts'

/** The salvage that is going on: it is asked for in steps, so that it can be shown and stopped. */
let salvage: Salvage | null = null

/** Errors of SQLite are named here: they do not cross threads. */
function salvaging(task: Extract<KeepingTask, { kind: 'salvage' }>): string[] | SalvagedTable[] {
  const { file, target, step } = task
  try {
    if (step === 'begin') {
      salvage = new Salvage(file, target)
      return [...salvage.names]
    }
    if (step !== 'finish' && step !== 'stop') {
      salvage?.read(step.table)
      return []
    }
    const tables = step === 'finish' ? salvage?.finish() : undefined
    salvage?.close()
    salvage = null
    return tables ?? []
  } catch (error) {
    throw asWorkspaceError(error, file)
  }
}

const masksStep = 'drawn masks'

/** Script of the thread that keeps workspaces safe: it copies and checks databases beside the engine. */
workInBackground()
answerTasks(async (task: KeepingTask, signal) => {
  if (task.kind === 'backup') return writeBackup(task, signal)
  if (task.kind === 'salvage') return salvaging(task)
  if (task.kind === 'check' && task.step === masksStep) return verifyMasks(join(dirname(task.file), 'draws'))
  const db = openToVerify(task.file)
  try {
    return task.kind === 'steps' ? [...verifySteps(db), masksStep] : verifyStep(db, task.step)
  } finally {
    db.close()
  }
})
