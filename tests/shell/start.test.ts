import { mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandTable } from '#shared/commands.ts'
import { startArguments } from '../../src/main/arguments.ts'
import { readWindowState, writeWindowState } from '../../src/main/windowState.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'start-'))
const model = path.join(folder, 'net.onnx')
writeFileSync(model, '')

describe('arguments at the start', () => {
  it('are existing files and folders, made absolute', () => {
    const argv = ['electron', '/app', '--type=x', 'net.onnx', folder, 'missing.onnx']
    expect(startArguments(argv, folder, '/app')).toEqual({ sample: false, paths: [model, folder] })
  })

  it('may be the address of a workspace on another machine', () => {
    expect(startArguments(['electron', '/app', 'ssh://lab/data/ws'], folder, '/app').paths).toEqual([
      'ssh://lab/data/ws',
    ])
  })

  it('do not take the folder of the app for a dataset', () => {
    expect(startArguments(['electron', '.', '--sample'], folder, folder)).toEqual({ sample: true, paths: [] })
  })

  it('open the sample with a command that exists', () => {
    expect(commandTable.map(({ id }) => id)).toContain('workspace.openSample')
  })
})

describe('the stored place of the window', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1080 }
  const file = path.join(folder, 'window.json')

  it('is stored and read back', () => {
    writeWindowState(file, { x: 40, y: 30, width: 1280, height: 800 }, true)
    expect(readWindowState(file, [screen])).toEqual({
      x: 40,
      y: 30,
      width: 1280,
      height: 800,
      maximized: true,
    })
  })

  it('is dropped where its screen is missing or it cannot be read', () => {
    writeWindowState(file, { x: 4000, y: 30, width: 1280, height: 800 }, false)
    expect(readWindowState(file, [screen])).toBeNull()
    writeFileSync(file, '{"x": 1')
    expect(readWindowState(file, [screen])).toBeNull()
    expect(readWindowState(path.join(folder, 'none.json'), [screen])).toBeNull()
  })
})
