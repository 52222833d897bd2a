import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readModelFile } from '#engine/models/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { net, type Change } from './net.ts'

/** Reads the small network with a change: "read", or code and message of the error, without the path. */
export async function answerTo(change: Change, folder: string): Promise<string> {
  const path = join(folder, 'net.onnx')
  writeFileSync(path, net(change))
  try {
    await readModelFile(path)
    return 'read'
  } catch (error) {
    if (!(error instanceof KernelscopeError)) throw error
    return `${error.code} ${error.message.replaceAll(path, '{path}')}`
  }
}
