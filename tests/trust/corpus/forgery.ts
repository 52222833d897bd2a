import type { Opened } from '../forgeries.ts'

/** A change of the genuine bundle, and the place where it must be found. */
export interface Forgery {
  title: string
  change: (copy: Opened) => void
  /** The part, and how the place in it begins. */
  found: string
}

/** A change that makes a bundle unreadable, and what its refusal says. */
export interface Refusal {
  title: string
  change: (copy: Opened) => void
  message: string
}

/** Puts a value in the place of any other. */
export const to = (value: unknown) => () => value

/** Changes a list. */
export const list = (change: (all: unknown[]) => unknown[]) => (value: unknown) =>
  Array.isArray(value) ? change(value) : value
