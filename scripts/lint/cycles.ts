import path from 'node:path'

const rooms = { '#shared/': 'src/shared/', '#engine/': 'src/engine/' }
const statement = /^(?:import|export)\b(?!\s+type\b)(?:[^'";]*?\bfrom)?\s*'([^']+)'/gm
const call = /\bimport\(\s*'([^']+)'\s*\)/g

/**
 * What a TypeScript file loads when it runs, as paths from the root of the repository: its imports but those of types alone
 * and of packages.
 *
 * @param file path of the file from the root of the repository
 */
export function importsOf(file: string, source: string): string[] {
  const found = [...source.matchAll(statement), ...source.matchAll(call)].map(([, name = '']) => name)
  return found.flatMap((name) => {
    if (name.startsWith('.')) return path.posix.join(path.posix.dirname(file), name)
    const room = Object.entries(rooms).find(([prefix]) => name.startsWith(prefix))
    return room ? room[1] + name.slice(room[0].length) : []
  })
}

/** Returns the files of a circle of imports, each of which imports the next and the last the first; null where there is none. */
export function circleIn(imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>()
  const way: string[] = []
  function visit(file: string): string[] | null {
    if (way.includes(file)) return way.slice(way.indexOf(file))
    if (done.has(file)) return null
    way.push(file)
    for (const next of imports.get(file) ?? []) {
      const circle = visit(next)
      if (circle) return circle
    }
    way.pop()
    done.add(file)
    return null
  }
  for (const file of imports.keys()) {
    const circle = visit(file)
    if (circle) return circle
  }
  return null
}
