import { homedir } from 'node:os'
import { join } from 'node:path'
import { openPromise } from 'yauzl'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeCrash } from '#engine/base/crashFile.ts'
import { Log } from '#engine/base/log.ts'
import { LogFile } from '#engine/base/logFile.ts'
import { createEngine } from '#engine/api/index.ts'
import { redacted } from '#engine/api/system/diagnostics/redact.ts'
import { temporaryFolder } from '../../temporary.ts'

async function engineWithWorkspace() {
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(temporaryFolder(), 'workspace') })
  return engine
}

describe('diagnostics', () => {
  it('contain versions, doctor, settings, log, jobs and a check of the workspace', async () => {
    const { client, session } = await engineWithWorkspace()
    session.log.write('warning', `something about ${homedir()}/secret.onnx`)
    const files = await client.system.diagnostics({ page: 'Electron 1' })
    const text = (name: string) => files.find((file) => file.name === name)?.text ?? ''
    expect(files.map(({ name }) => name)).toEqual([
      'README.txt',
      'versions.json',
      'machine.json',
      'settings.json',
      'log.txt',
      'workspace.json',
      'jobs.json',
    ])
    expect(JSON.parse(text('versions.json'))).toMatchObject({
      node: process.versions.node,
      page: 'Electron 1',
    })
    expect(JSON.parse(text('workspace.json'))).toMatchObject({
      quickCheck: [{ quick_check: 'ok' }],
      foreignKeys: [],
      rows: { model: 0 },
    })
    expect(text('log.txt')).toContain('something about ~/secret.onnx')
    for (const file of files) expect(file.text, file.name).not.toContain(homedir())
    const whole = await client.system.diagnostics({ redact: false })
    expect(whole.find(({ name }) => name === 'log.txt')?.text).toContain(homedir())
  })

  it('contain the log and the crash files of earlier starts, and the doctor says where they are', async () => {
    const folder = temporaryFolder()
    const before = new Log(new LogFile(folder))
    before.write('info', 'an earlier start')
    writeCrash(before, 'uncaughtException', new Error(`cannot read ${homedir()}/secret.onnx`))
    const engine = await createEngine({ log: new Log(new LogFile(folder)) })
    onTestFinished(() => engine.close())
    const files = await engine.client.system.diagnostics({})
    const crash = files.find(({ name }) => name.startsWith('crash-'))
    expect(files.find(({ name }) => name === 'log.txt')?.text).toContain('an earlier start')
    expect(crash?.text).toContain('cannot read ~/secret.onnx')
    const { checks } = await engine.client.system.doctor()
    const place = `${join(folder, 'engine.log')}, crash files beside it: 1`
    expect(checks.find(({ id }) => id === 'log')?.value).toBe(place)
  })

  it('are saved as a zip with the same files', async () => {
    const { client } = await engineWithWorkspace()
    const path = join(temporaryFolder(), 'report.zip')
    const saved = await client.system.saveDiagnostics({ path })
    const zip = await openPromise(path)
    const names: string[] = []
    for await (const entry of zip.eachEntry())
      names.push(entry.fileName.replace('kernelscope-diagnostics/', ''))
    expect(names.sort()).toEqual([...saved.files].sort())
    expect(saved.bytes).toBeGreaterThan(0)
  })

  it('replace personal names only as whole words', () => {
    const names: [string, string][] = [
      ['/home/ada', '~'],
      ['ada', 'USER'],
      [String.raw`C:\Users\ada`, '~'],
    ]
    expect(redacted('/home/ada/x and ada, not adamant or radar', names)).toBe(
      '~/x and USER, not adamant or radar',
    )
    expect(redacted(String.raw`{"path":"C:\\Users\\ada\\m"}`, [names[2] ?? ['', '']])).toBe(
      String.raw`{"path":"~\\m"}`,
    )
  })
})
