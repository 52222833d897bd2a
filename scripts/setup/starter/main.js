// Does what Electron's own default app does, which the borrowed runtime lacks: `electron [-r MODULE] FOLDER` starts
// the app there, after the module (Playwright's, which holds the app back until it listens).
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'

const [option, first] = process.argv.slice(1)
if (option === '-r') createRequire(import.meta.url)(first)

const folder = path.resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.')
const { name, productName, version, main } = JSON.parse(
  readFileSync(path.join(folder, 'package.json'), 'utf8'),
)

app.setName(productName ?? name)
app.setVersion(version)
app.setAppPath(folder)
await import(pathToFileURL(path.join(folder, main)).href)
