import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ErrorCode } from '#shared/errors.ts'
import { createWorkspace, openWorkspace } from '#engine/workspace/index.ts'
import { temporaryFolder } from '../../temporary.ts'

const digestOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

/** Creates and closes a workspace. Returns its folder and the path of its database. */
function closedWorkspace(): { path: string; file: string } {
  const path = join(temporaryFolder(), 'workspace')
  createWorkspace(path).close()
  return { path, file: join(path, 'workspace.sqlite') }
}

describe('a workspace', () => {
  it('is created in a new folder and opens again with the same schema', () => {
    const path = join(temporaryFolder(), 'new', 'workspace')
    const created = createWorkspace(path)
    const { schema } = created.info()
    created.close()
    const opened = openWorkspace(path)
    onTestFinished(() => opened.close())
    expect(opened.info()).toMatchObject({ path, schema, models: 0, images: 0, warnings: [] })
  })

  it('is not created over another one or in a folder with files', () => {
    const { path } = closedWorkspace()
    expect(() => createWorkspace(path)).toThrow(expect.objectContaining({ code: 'WORKSPACE_EXISTS' }))
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'thesis.tex'), 'x')
    expect(() => createWorkspace(folder)).toThrow(expect.objectContaining({ code: 'WORKSPACE_EXISTS' }))
    expect(readdirSync(folder)).toEqual(['thesis.tex'])
  })

  it('loses only the unfinished files of an engine that died', () => {
    const { path } = closedWorkspace()
    const draws = join(path, 'draws')
    const names = ['.5f0e.tmp', 'a.json.part', 'a.json', 'b.replay.sqlite']
    const pictures = join(path, 'adversarial', '0123456789abcdef')
    mkdirSync(pictures, { recursive: true })
    for (const file of [...names.map((name) => join(draws, name)), join(pictures, '.5f0e.tmp')]) {
      writeFileSync(file, '')
      utimesSync(file, 1e9, 1e9)
    }
    writeFileSync(join(draws, '.of-now.tmp'), '')
    const opened = openWorkspace(path)
    onTestFinished(() => opened.close())
    expect(readdirSync(draws).sort()).toEqual(['.of-now.tmp', 'a.json', 'b.replay.sqlite'])
    expect(readdirSync(pictures)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('writes its owner into no file that a link leads to', () => {
    const { path } = closedWorkspace()
    const thesis = join(temporaryFolder(), 'thesis.tex')
    writeFileSync(thesis, 'x')
    symlinkSync(thesis, join(path, 'workspace.owner'))
    const opened = openWorkspace(path)
    expect(readFileSync(join(path, 'workspace.owner'), 'utf8')).toContain(`process ${process.pid}`)
    opened.close()
    expect(readFileSync(thesis, 'utf8')).toBe('x')
  })

  it('is open in one engine at a time', () => {
    const path = join(temporaryFolder(), 'workspace')
    const first = createWorkspace(path)
    expect(() => openWorkspace(path)).toThrow(
      expect.objectContaining({
        code: 'WORKSPACE_LOCKED',
        message: expect.stringContaining(`process ${process.pid}`),
      }),
    )
    first.close()
    openWorkspace(path).close()
  })

  it('is not locked by an engine that was killed', async () => {
    const { path } = closedWorkspace()
    const script = `import { openWorkspace } from '#engine/workspace/index.ts'; globalThis.held = openWorkspace(${JSON.stringify(path)}); console.log('open'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    expect(() => openWorkspace(path)).toThrow(expect.objectContaining({ code: 'WORKSPACE_LOCKED' }))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    openWorkspace(path).close()
  })
})

const damaged: { name: string; code: ErrorCode; spoil(file: string): void }[] = [
  {
    name: 'a text file',
    code: 'WORKSPACE_CORRUPT',
    spoil: (file) => writeFileSync(file, 'hello '.repeat(100)),
  },
  { name: 'an empty file', code: 'WORKSPACE_CORRUPT', spoil: (file) => writeFileSync(file, '') },
  {
    name: 'a database that is cut off',
    code: 'WORKSPACE_CORRUPT',
    spoil: (file) => truncateSync(file, 8192),
  },
  {
    name: 'a wrong number of its schema',
    code: 'WORKSPACE_CORRUPT',
    spoil: (file) => {
      const bytes = readFileSync(file)
      bytes.writeUInt32BE(5, 60)
      writeFileSync(file, bytes)
    },
  },
  {
    name: 'a database with a page of noise',
    code: 'WORKSPACE_CORRUPT',
    spoil: (file) => {
      const bytes = readFileSync(file)
      bytes.fill(0xa5, 4096 * 2, 4096 * 6)
      writeFileSync(file, bytes)
    },
  },
  {
    name: 'a newer schema',
    code: 'WORKSPACE_NEWER',
    spoil: (file) => {
      const db = new Database(file)
      db.pragma('journal_mode = DELETE')
      db.pragma('user_version = 9999')
      db.close()
    },
  },
  {
    name: "another program's database",
    code: 'WORKSPACE_FOREIGN',
    spoil: (file) => {
      const db = new Database(file)
      db.pragma('journal_mode = DELETE')
      db.pragma('application_id = 42')
      db.close()
    },
  },
]

describe('a workspace that cannot be opened', () => {
  it.each(damaged)('$name gives $code and is left unchanged', ({ code, spoil }) => {
    const { path, file } = closedWorkspace()
    spoil(file)
    const before = digestOf(file)
    expect(() => openWorkspace(path)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(file) }),
    )
    expect(digestOf(file)).toBe(before)
  })

  it('a folder without one gives WORKSPACE_MISSING and stays empty', () => {
    const folder = join(temporaryFolder(), 'empty')
    mkdirSync(folder)
    expect(() => openWorkspace(folder)).toThrow(expect.objectContaining({ code: 'WORKSPACE_MISSING' }))
    expect(readdirSync(folder)).toEqual([])
  })

  it('damaged thumbnails are deleted, and the workspace opens', () => {
    const { path } = closedWorkspace()
    writeFileSync(
      join(path, 'thumbnails.sqlite'),
      'not a database at all, but long enough to have a header'.repeat(10),
    )
    const workspace = openWorkspace(path)
    onTestFinished(() => workspace.close())
    workspace.thumbnails.put(Buffer.alloc(32), 96, Buffer.from('webp'))
    expect(workspace.thumbnails.get(Buffer.alloc(32), 96)?.toString()).toBe('webp')
  })
})
