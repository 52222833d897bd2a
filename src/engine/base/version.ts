import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { resourcePath } from './resources.ts'

/** Version of the app, from the package.json that ships beside `resources/`. */
export const version = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(resourcePath('..', 'package.json'), 'utf8'))).version
