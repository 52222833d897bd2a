import type { Picture } from '../picture.ts'

export const applyIdentity = (picture: Picture): Picture => picture
