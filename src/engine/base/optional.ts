/** What a file gives that can be done without: null where it is full, locked or damaged. */
export function optional<T>(use: () => T): T | null {
  try {
    return use()
  } catch {
    return null
  }
}
