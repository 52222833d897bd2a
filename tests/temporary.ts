import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

/** A folder of the running test's own, removed with it. */
export function temporaryFolder(): string {
  const folder = newFolder()
  onTestFinished(() => remove(folder))
  return folder
}

/** A folder of all tests of a file, asked for before the first of them and removed after the last. */
export function temporaryFolderOfFile(): string {
  const folder = newFolder()
  afterAll(() => remove(folder))
  return folder
}

const newFolder = () => mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
const remove = (folder: string) => rmSync(folder, { recursive: true, force: true })
