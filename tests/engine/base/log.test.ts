import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readCrashes, writeCrash } from '#engine/base/crashFile.ts'
import { Log } from '#engine/base/log.ts'
import { LogFile } from '#engine/base/logFile.ts'
import { keptCrashes } from '#shared/crash.ts'
import { temporaryFolder } from '../../temporary.ts'

const mebibyte = 2 ** 20

it('is written to disk line by line, without control characters, and goes on after a restart', () => {
  const folder = join(temporaryFolder(), 'logs')
  new Log(new LogFile(folder)).write('info', 'first\u001b[2J\0')
  const log = new Log(new LogFile(folder))
  log.write('error', 'second', { code: 'INTERNAL', message: 'broken', hint: '', details: 'at\nplace' })
  const lines = readFileSync(join(folder, 'engine.log'), 'utf8').split('\n')
  expect(lines.map((line) => line.replace(/^\S+Z /, ''))).toEqual([
    'info first\ufffd[2J\ufffd',
    'error second [INTERNAL] broken',
    'at',
    'place',
    '',
  ])
  expect(log.file?.tail(6)).toBe('place\n')
})

it('has two files of at most 1 MiB each, whatever is written', () => {
  const folder = temporaryFolder()
  const log = new Log(new LogFile(folder))
  for (let line = 0; line < 30; line++) log.write('info', `${line} ${'x'.repeat(200_000)}`)
  log.write('info', 'y'.repeat(5 * mebibyte))
  log.write('info', 'last')
  expect(readdirSync(folder).sort()).toEqual(['engine.log', 'engine.old.log'])
  for (const name of readdirSync(folder))
    expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(mebibyte)
  expect(log.file?.tail(20)).toContain('info last')
})

it('disturbs nobody where its folder cannot be made', () => {
  const folder = join(temporaryFolder(), 'file')
  writeFileSync(folder, '')
  const log = new Log(new LogFile(folder))
  log.write('info', 'kept in memory')
  expect(log.lines()).toMatchObject([{ text: 'kept in memory' }])
  expect(writeCrash(log, 'uncaughtException', new Error('a'))).toBeNull()
})

it('keeps the newest crash files only, and none without a log on disk', () => {
  const folder = temporaryFolder()
  for (let day = 10; day < 25; day++)
    writeFileSync(join(folder, `crash-2020-01-${day}-engine.txt`), String(day))
  const log = new Log(new LogFile(folder))
  log.write('warning', 'before')
  writeCrash(log, 'uncaughtException', new Error('the newest'))
  expect(readdirSync(folder).filter((name) => name.startsWith('crash-'))).toHaveLength(keptCrashes)
  const [earlier, newest] = readCrashes(log, 2)
  expect(earlier?.text).toBe('24')
  expect(newest?.text).toContain('the newest')
  expect(newest?.text).toContain('warning before')
  expect(writeCrash(new Log(), 'uncaughtException', new Error('a'))).toBeNull()
})
