import { bridge } from './bridge.ts'

/** A path with "~" for the person's home folder. Only for the screen; requests use whole paths. */
export const tidyPath = (path: string): string => underHome(path, bridge.home)

/** As `tidyPath`, for a given home folder. */
export function underHome(path: string, home: string): string {
  if (home.length < 2 || !path.startsWith(home)) return path
  const next = path.charAt(home.length)
  return next === '' || next === '/' || next === '\\' ? `~${path.slice(home.length)}` : path
}
