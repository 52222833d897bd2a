import { chmodSync, cpSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { changeRows, type Case, type Place } from '../place.ts'

/** Takes rights away, and gives them back at the end. */
function without(rights: Record<string, number>) {
  return ({ path }: Place) => {
    for (const [name, mode] of Object.entries(rights)) chmodSync(join(path, name), mode)
    return {
      end: () =>
        Object.keys(rights)
          .toReversed()
          .forEach((name) => chmodSync(join(path, name), 0o777)),
    }
  }
}

/** Moves the workspace to a folder of another name. */
const named = (title: string, name: string): Case => ({
  title,
  spoil({ path }) {
    const open = join(path, '..', name)
    renameSync(path, open)
    return { open }
  },
})

/** Rights, names and places of the folder. */
export const folders: Case[] = [
  { title: 'a database that may not be read', ordinary: true, spoil: without({ 'workspace.sqlite': 0 }) },
  { title: 'a folder that may not be entered', ordinary: true, spoil: without({ '.': 0 }) },
  { title: 'drawn masks that may not be read', ordinary: true, spoil: without({ draws: 0 }) },
  { title: 'exports that may not be read', ordinary: true, spoil: without({ exports: 0 }) },
  {
    title: 'thumbnails that may not be written',
    ordinary: true,
    spoil(place) {
      writeFileSync(join(place.path, 'thumbnails.sqlite'), '')
      return without({ 'thumbnails.sqlite': 0o444 })(place)
    },
  },
  {
    title: 'an archive whose masks are links',
    readOnly: true,
    spoil({ path, outside }) {
      symlinkSync(join(outside, 'thesis.tex'), join(path, 'draws', 'a.sqlite'))
      symlinkSync(outside, join(path, 'draws', 'b'))
    },
  },
  {
    title: 'an archive with a log that a killed engine left half',
    readOnly: true,
    spoil({ file }) {
      writeFileSync(`${file}-wal`, Buffer.alloc(9000, 0x37))
    },
  },
  named('a name with a line end', 'a\nb'),
  named('a name with umlauts in two forms', 'Prüfung u\u0308ber'),
  named('a name that is a query', 'file:a?mode=memory&cache=shared#%00'),
  named('a name of quotes', `'"; DROP TABLE study; --`),
  named('a name of 255 characters', 'x'.repeat(255)),
  {
    title: 'a path of 600 characters',
    spoil({ path }) {
      const deep = join(path, '..', ...Array.from({ length: 6 }, () => 'd'.repeat(100)))
      mkdirSync(deep, { recursive: true })
      cpSync(path, join(deep, 'workspace'), { recursive: true })
      return { open: join(deep, 'workspace') }
    },
  },
  { title: 'a path with a zero byte', spoil: ({ path }) => ({ open: `${path}\0` }) },
  {
    title: 'a workspace that lies in itself',
    spoil({ path }) {
      symlinkSync('.', join(path, 'self'))
      symlinkSync('..', join(path, 'weights', 'up'))
      return { open: join(path, 'self', 'self', 'self') }
    },
  },
  {
    title: 'a workspace that is its own dataset',
    spoil: ({ path, file }) => changeRows(file, `UPDATE dataset SET path = '${path}'`),
  },
]
