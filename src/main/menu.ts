import { Menu, type MenuItemConstructorOptions } from 'electron'
import { commandTable, type CommandEntry, type CommandMenu } from '#shared/commands.ts'

const separator: MenuItemConstructorOptions = { type: 'separator' }
const mac = process.platform === 'darwin'

/** A chord as an Electron accelerator. Chords without a modifier and sequences are handled by the page only. */
function accelerator(keys: readonly string[]): string | undefined {
  const chord = keys.find((key) => /^(Mod|Alt)\+/.test(key) && !key.includes(' '))
  return chord?.replace('Mod', 'CommandOrControl')
}

/**
 * The native menu, built from the command table. The page itself listens to the keys, so that they also work without a
 * menu; the menu only shows them.
 */
function menuTemplate(run: (id: string) => void): MenuItemConstructorOptions[] {
  const entries: readonly CommandEntry[] = commandTable
  const of = (menu: CommandMenu): MenuItemConstructorOptions[] =>
    entries
      .filter((entry) => entry.menu === menu)
      .map(({ id, title, keys }) => {
        const shown = accelerator(keys)
        return {
          id,
          label: title,
          click: () => run(id),
          ...(shown === undefined ? {} : { accelerator: shown, registerAccelerator: false }),
        }
      })
  return [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    { label: 'File', submenu: [...of('File'), separator, { role: mac ? 'close' : 'quit' }] },
    {
      label: 'Edit',
      submenu: [
        ...of('Edit'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: 'View',
      submenu: [
        ...of('View'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        separator,
        { role: 'toggleDevTools' },
      ],
    },
    { label: 'Go', submenu: of('Go') },
    { label: 'Jobs', submenu: of('Jobs') },
    ...(mac ? [{ role: 'windowMenu' as const }] : []),
    { role: 'help', label: 'Help', submenu: of('Help') },
  ]
}

export const setMenu = (run: (id: string) => void) =>
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(run)))
