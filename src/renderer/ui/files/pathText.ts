/** Paths of the engine's machine as a person types them. They have "/" between names, as SSH hosts do. */

/** A typed path as its folder, with the "/" at its end, and what is typed of a name in it. */
export function split(text: string): { folder: string; name: string } {
  const end = text === '~' ? 1 : text.lastIndexOf('/') + 1
  return text === '~' ? { folder: '~/', name: '' } : { folder: text.slice(0, end), name: text.slice(end) }
}

/** A folder as text that more is typed behind. */
export const asFolder = (path: string): string => (path.endsWith('/') ? path : `${path}/`)

/** The path of a name in a folder. */
export const below = (folder: string, name: string): string => `${asFolder(folder)}${name}`

/** A folder as the system names it, without "/" at its end. */
export const trimmed = (folder: string): string => (folder === '/' ? folder : folder.replace(/\/+$/, ''))

/** The folder around one, as text; that of "/" is itself. */
export const above = (folder: string): string => split(trimmed(folder)).folder || '/'

/** The parts of a folder, each with the folder that it stands for: "/data/val" is "/", "data", "val". */
export function crumbs(folder: string): { name: string; path: string }[] {
  const names = trimmed(folder)
    .split('/')
    .filter((name) => name !== '')
  return [
    { name: '/', path: '/' },
    ...names.map((name, at) => ({ name, path: `/${names.slice(0, at + 1).join('/')}` })),
  ]
}
