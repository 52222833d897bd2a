/** A string of JSON, a mark of structure, or what lies between. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs

/**
 * A key that stands twice in the outer object of a JSON text; null where none does. `JSON.parse` keeps the last one
 * silently. The text must be valid JSON.
 */
export function repeatedKey(text: string): string | null {
  const seen = new Set<string>()
  let depth = 0
  let key = false
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    if (token === '{' || token === ',') key = true
    else if (token.startsWith('"') && key && depth === 1) {
      const name: unknown = JSON.parse(token)
      if (typeof name === 'string' && seen.has(name)) return name
      seen.add(String(name))
      key = false
    } else key = false
  }
  return null
}
