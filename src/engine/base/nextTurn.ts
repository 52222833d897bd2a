/** Lets other work of this thread run first. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
