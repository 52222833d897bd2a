import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { draftBeside, sweepDrafts } from '#engine/base/draft.ts'
import { ownProcess } from '#engine/base/ownProcess.ts'
import { sweepTemporary, temporaryFolder as own } from '#engine/base/temporary.ts'
import { temporaryFolder } from '../temporary.ts'

it('removes what processes left that are gone, and nothing else', () => {
  const folder = temporaryFolder()
  const gone = spawnSync(process.execPath, ['--version']).pid
  const yesterday = Date.now() / 1000 - 25 * 3600
  const put = (name: string, old: boolean) => {
    const path = join(folder, name)
    mkdirSync(path)
    writeFileSync(join(path, 'file'), 'kept')
    if (old) utimesSync(path, yesterday, yesterday)
    return path
  }
  const left = put(`kernelscope-bundle-${gone}-abc123`, true)
  const others = [
    put(`kernelscope-bundle-${gone}-abc124`, false),
    put(`kernelscope-bundle-${gone}.00000000-abc124`, false),
    put(`kernelscope-bundle-${process.pid}-abc123`, true),
    put(`kernelscope-workspace-${gone}`, true),
    put(`results-bundle-${gone}-abc123`, true),
  ]
  const here = ownProcess.split('.')[1]
  const leftNow = put(`kernelscope-bundle-${gone}.${here}-abc123`, false)
  const drafts = ['', '-wal'].map((end) =>
    put(`.kernelscope-${gone}.${here}-${randomUUID()}.tmp${end}`, false),
  )
  others.push(
    draftBeside(join(folder, 'file')),
    put(`.kernelscope-${gone}.00000000-${randomUUID()}.tmp`, true),
  )
  put(basename(others.at(-2) ?? ''), false)
  sweepTemporary(folder)
  sweepDrafts(folder)
  for (const path of [left, leftNow, ...drafts]) expect(existsSync(path)).toBe(false)
  for (const other of others) expect(existsSync(join(other, 'file'))).toBe(true)
})

it('names its folders so that they can be told from those of others', () => {
  const folder = own('test')
  onTestFinished(() => rmSync(folder, { recursive: true }))
  expect(basename(folder)).toMatch(new RegExp(`^kernelscope-test-${process.pid}\\.[0-9a-f]{8}-\\w{6}$`))
})
