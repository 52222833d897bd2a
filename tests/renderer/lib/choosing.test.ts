import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { FolderEntry } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { shownName } from '#shared/shownName.ts'
import { root } from '../../../scripts/run.ts'
import { startApp } from '../setting/app.ts'
import { partsOfEngine } from '../setting/parts.ts'
import { useChoosingStore, type Asked } from '../../../src/renderer/lib/stores/choosing.ts'
import { useChoosingPaths } from '../../../src/renderer/lib/useChoosingPaths.ts'
import { above, split } from '../../../src/renderer/ui/files/pathText.ts'
import { useFarDialog } from '../../../src/renderer/ui/files/useFarDialog.ts'

let stop = () => {}
afterEach(() => stop())

const entry = (name: string, kind: FolderEntry['kind'] = 'file'): FolderEntry => ({
  name,
  kind,
  link: null,
  bytes: kind === 'file' ? 10 : null,
  modified: 0,
  nameless: false,
})
/** A machine with these folders; pages of two entries. */
const tree: Record<string, FolderEntry[]> = {
  '/data': [entry('val', 'folder'), entry('vgg.onnx'), entry('vit.onnx'), entry('net.zip')],
  '/data/val': [],
}
const os = partsOfEngine
const parts = {
  files: {
    places: os.files.places.handler(() => ({ home: '/data', places: [] })),
    makeFolder: os.files.makeFolder.handler(({ input }) => {
      tree[input.path] = []
      return input
    }),
    list: os.files.list.handler(({ input }) => {
      const folder = input.path.replace(/(.)\/$/, '$1')
      const all = tree[folder]
      if (!all) throw new KernelscopeError('FILE_MISSING', `${folder} does not exist`)
      const shown = all.filter(
        ({ name, kind }) =>
          name.startsWith(input.starts) &&
          (kind === 'folder' ||
            input.endings === null ||
            input.endings.some((ending) => name.endsWith(`.${ending}`))),
      )
      const entries = shown.slice(input.from, input.from + 2)
      return { path: folder, parent: '/', entries, total: shown.length, hidden: 0, whole: true }
    }),
  },
}

function open(asked: Asked, text = '/data/') {
  const app = startApp(parts)
  const ended: string[][] = []
  const { of: dialog } = app.view(() => useFarDialog(asked, (paths) => ended.push(paths)))
  ;({ stop } = app)
  dialog.text.value = text
  const names = () => dialog.folder.entries.value.map(({ name }) => name)
  return { dialog, ended, names }
}

describe('the dialog on files of another machine', () => {
  it('shows a folder page by page, and those that begin as what is typed', async () => {
    const { dialog, names } = open({ wants: 'files', kind: 'model' })
    await expect.poll(names).toEqual(['val', 'vgg.onnx'])
    dialog.folder.more()
    await expect.poll(names).toEqual(['val', 'vgg.onnx', 'vit.onnx'])
    dialog.filtered.value = false
    await expect.poll(() => dialog.folder.total.value).toBe(4)
    dialog.text.value = '/data/vi'
    await expect.poll(names).toEqual(['vit.onnx'])
    expect(dialog.complete()).toBe(true)
    expect(dialog.text.value).toBe('/data/vit.onnx')
    await expect.poll(() => dialog.choice.value).toEqual(['/data/vit.onnx'])
  })

  it('takes no entry of what was typed before for what is typed now', async () => {
    const { dialog, ended, names } = open({ wants: 'folder', title: 'Folder' })
    await expect.poll(names).toEqual(['val'])
    tree['/data/net'] = [entry('a', 'folder')]
    dialog.text.value = '/data/net/'
    expect(dialog.choice.value).toBeNull()
    await dialog.enter()
    expect(ended).toEqual([['/data/net']])
    dialog.text.value = '/data/v'
    expect(dialog.complete()).toBe(true)
    await expect.poll(() => dialog.text.value).toBe('/data/val/')
    // What was wanted of an earlier text is not done to a later one.
    dialog.text.value = '/data/v'
    expect(dialog.complete()).toBe(true)
    dialog.text.value = '/data/net/a'
    await expect.poll(names).toEqual(['a'])
    expect(dialog.text.value).toBe('/data/net/a')
  })

  it('opens folders and ends with a file; several are marked', async () => {
    const { dialog, ended, names } = open({ wants: 'files', kind: 'model' })
    await expect.poll(names).toEqual(['val', 'vgg.onnx'])
    dialog.move(1)
    await dialog.enter()
    await expect.poll(() => dialog.folder.path.value).toBe('/data/val')
    dialog.up()
    await expect.poll(() => [dialog.text.value, ...names()]).toEqual(['/data/', 'val', 'vgg.onnx'])
    dialog.mark(entry('vgg.onnx'))
    dialog.mark(entry('vit.onnx'))
    dialog.mark(entry('val', 'folder'))
    await dialog.choose()
    expect(ended).toEqual([['/data/vgg.onnx', '/data/vit.onnx']])
  })

  it('takes the open folder or the one that is marked, and makes new ones', async () => {
    const { dialog, ended, names } = open({ wants: 'folder', title: 'Folder' })
    await expect.poll(names).toEqual(['val'])
    expect(dialog.choice.value).toEqual(['/data'])
    dialog.move(1)
    expect(dialog.choice.value).toEqual(['/data/val'])
    expect(await dialog.makeFolder('new')).toBe(true)
    await expect.poll(() => dialog.choice.value).toEqual(['/data/new'])
    await dialog.enter()
    expect(ended).toEqual([['/data/new']])
  })

  it('replaces a file only after it has said so', async () => {
    const { dialog, ended, names } = open({ wants: 'save', name: 'net.zip' }, '/data/net.zip')
    await expect.poll(names).toEqual(['val', 'vgg.onnx'])
    await dialog.choose()
    expect([dialog.replaced.value, ended]).toEqual(['/data/net.zip', []])
    dialog.text.value = '/data/other.zip'
    await nextTick()
    expect(dialog.replaced.value).toBeNull()
    dialog.text.value = '/data/net.zip'
    await nextTick()
    await dialog.choose()
    await dialog.choose()
    expect(ended).toEqual([['/data/net.zip']])
  })

  it('says why a folder cannot be shown, and goes on', async () => {
    const { dialog, names } = open({ wants: 'files', kind: 'image' }, '/nowhere/')
    await expect.poll(() => dialog.folder.error.value?.code).toBe('FILE_MISSING')
    dialog.go('/data')
    await expect.poll(names).toEqual(['val'])
  })

  it('ends its pages where the other end repeats itself', async () => {
    tree['/endless'] = [entry('a'), entry('b'), entry('a'), entry('b'), entry('a')]
    const { dialog, names } = open({ wants: 'look', path: '/endless/z' }, '/endless/')
    await expect.poll(() => dialog.folder.total.value).toBe(2)
    expect(names()).toEqual(['a', 'b'])
  })
})

describe('the choice of a path', () => {
  it('is the system’s for this machine and our own for another, and is given up with the machine', async () => {
    const app = startApp({})
    ;({ stop } = app)
    const { openFolder } = app.view(useChoosingPaths).of
    const choosing = app.view(() => useChoosingStore()).of
    app.engine.state = { state: 'ready', host: 'lab' }
    const chosen = openFolder('Folder of images')
    expect(choosing.asked).toEqual({ wants: 'folder', title: 'Folder of images' })
    choosing.end({ paths: ['/data'] })
    expect(await chosen).toBe('/data')
    const left = openFolder('Folder of images')
    app.engine.state = { state: 'starting' }
    expect(await left).toBeNull()
    expect(choosing.asked).toBeNull()
  })

  it('is asked for in one place, so that no part of the page opens the system’s dialog by itself', () => {
    const files = globSync('src/renderer/**/*.{ts,vue}', { cwd: root })
    const asks = /bridge\.(openFiles|openFolder|saveFile|showInFolder)\(/
    const found = files.filter((file) => asks.test(readFileSync(path.join(root, file), 'utf8')))
    expect(found).toEqual(['src/renderer/lib/useChoosingPaths.ts'])
  })
})

it('splits what is typed into a folder and the beginning of a name', () => {
  expect(split('/data/vi')).toEqual({ folder: '/data/', name: 'vi' })
  expect(split('~')).toEqual({ folder: '~/', name: '' })
  expect(['/data/val/', '/data', '/'].map(above)).toEqual(['/data/', '/', '/'])
})

it('shows what a name hides', () => {
  expect(shownName('cat\u202egnp.exe\n')).toBe('cat⟨202E⟩gnp.exe⟨000A⟩')
  expect(shownName('größe 模型.onnx')).toBe('größe 模型.onnx')
})
