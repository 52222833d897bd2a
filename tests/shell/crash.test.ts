import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { keptCrashes } from '#shared/crash.ts'
import { writeCrash } from '../../src/main/crash.ts'
import { temporaryFolder } from '../temporary.ts'

it('a fault of the shell leaves a file with versions, stack and the end of the engine log', () => {
  const folder = join(temporaryFolder(), 'logs')
  mkdirSync(folder)
  writeFileSync(join(folder, 'engine.log'), `${'x'.repeat(50_000)}\nthe last line\n`)
  const file =
    writeCrash(folder, { electron: '45.4.1' }, 'uncaughtException', new Error('from the test')) ?? ''
  const text = readFileSync(file, 'utf8')
  expect(text).toContain('Kernelscope, shell: uncaughtException')
  expect(text).toContain('electron 45.4.1')
  expect(text).toContain('Error: from the test\n    at ')
  expect(text).toContain('the last line')
  expect(text.length).toBeLessThan(25_000)
})

it('makes the folder of the logs, and keeps the newest files only', () => {
  const folder = join(temporaryFolder(), 'logs')
  const files = Array.from({ length: keptCrashes + 2 }, (_, at) => {
    const file = writeCrash(folder, {}, 'uncaughtException', at)
    // Names hold milliseconds.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    return file
  })
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual(files.slice(2))
  writeFileSync(join(folder, 'file'), '')
  expect(writeCrash(join(folder, 'file'), {}, 'uncaughtException', 1)).toBeNull()
})
