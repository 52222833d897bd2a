import { bridge } from './bridge.ts'

/** A path as people write it: "~" for their home folder. Only for the screen; a path is always asked for whole. */
export const tidyPath = (path: string): string => underHome(path, bridge.home)

/** See `tidyPath`. */
export function underHome(path: string, home: string): string {
  if (home.length < 2 || !path.startsWith(home)) return path
  const next = path.charAt(home.length)
  return next === '' || next === '/' || next === '\\' ? `~${path.slice(home.length)}` : path
}
