const nobody = 65534

/**
 * Does something without the rights of root, who may read everything. What another user has to reach meanwhile must be
 * open to all.
 */
export async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work()
  process.seteuid?.(nobody)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}
