import type { Case } from '../place.ts'
import { besides } from './beside.ts'
import { files } from './files.ts'
import { folders } from './folders.ts'
import { rows } from './rows.ts'
import { schemas } from './schemas.ts'
import { told } from './texts.ts'

/** Folders and databases that are wrong, each in another way. */
export const cases: readonly Case[] = [...files, ...besides, ...told, ...rows, ...schemas, ...folders]
