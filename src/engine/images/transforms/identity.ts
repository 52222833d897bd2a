import type { Picture } from '../picture.ts'

/** Gives the picture unchanged. */
export const applyIdentity = (picture: Picture): Picture => picture
