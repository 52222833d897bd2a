import { homedir, hostname, userInfo } from 'node:os'

/** Lists the names that identify the user or the machine, with the text that replaces each. */
export function personalNames(): [name: string, instead: string][] {
  const user = userInfo().username
  const names: [string, string][] = [
    [homedir(), '~'],
    [hostname(), 'HOST'],
    [user, 'USER'],
  ]
  // A name of two letters would be found inside ordinary words.
  return names.filter(([name]) => name.length > 2)
}

/** Replaces names in a text, as whole words only: "root" does not change "rooted". */
export function redacted(text: string, names: readonly [name: string, instead: string][]): string {
  return names.reduce((left, [name, instead]) => {
    const escaped = name.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
    // Within JSON a backslash of a path is doubled.
    const either = escaped.replaceAll('\\\\', String.raw`(?:\\\\){1,2}`)
    return left.replace(new RegExp(`(?<![\\w-])${either}(?![\\w-])`, 'g'), instead)
  }, text)
}
