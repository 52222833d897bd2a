import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readModelFile } from '#engine/models/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { net, type Change } from './net.ts'

/**
 * Reads the small network with a change: "read", with where its preprocessing is from unless that is a guess; or code and
 * message of the error, without the path.
 */
export async function answerTo(change: Change, folder: string): Promise<string> {
  const path = join(folder, 'net.onnx')
  writeFileSync(path, net(change))
  const beside = join(folder, 'net.json')
  if (change.sidecar === undefined) rmSync(beside, { force: true })
  else writeFileSync(beside, change.sidecar)
  try {
    const { origin } = await readModelFile(path)
    return origin.from === 'guess' ? 'read' : `read, with the preprocessing of its ${origin.from}`
  } catch (error) {
    if (!(error instanceof KernelscopeError)) throw error
    return `${error.code} ${error.message.replaceAll(path, '{path}').replaceAll(beside, '{path} (sidecar)')}`
  }
}
