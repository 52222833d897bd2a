// `npm run package -- --dir`: builds the app for users, with the Electron runtime of this machine. `--any-electron` takes a
// runtime that is not the release the app is made for: for tests, never for users. `--twice` packages the last commit in two places
// and compares the bytes instead; `--unchecked` leaves out the points on security, for that.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { electronVersion } from '../src/shared/electron.ts'
import { noticesFile, shippedPackage } from '../src/shared/notices.ts'
import { sbom } from './notices/sbom.ts'
import { checkPackaged, packagedExecutable } from './packaged/check.ts'
import { differencesOfTwo } from './packaged/twice.ts'
import { root, tool } from './run.ts'
import { electronFolder } from './setup/electron.ts'

const anyElectron = '--any-electron'
const isAny = process.argv.includes(anyElectron)
const own = [anyElectron, '--twice', '--unchecked']
const chosen = process.argv.slice(2).filter((argument) => !own.includes(argument))

const runtime = await electronFolder()
const found = readFileSync(path.join(runtime, 'version'), 'utf8').trim().replace(/^v/, '')
if (found !== electronVersion && !isAny) {
  console.error(
    `package: the Electron here is ${found}, not ${electronVersion}: it gets no security fixes and must not reach users. ` +
      `Install the official release, or name its folder in ELECTRON_OVERRIDE_DIST_PATH; ${anyElectron} packages for a test.`,
  )
  process.exit(1)
}

if (process.argv.includes('--twice')) {
  const { compared, differing } = differencesOfTwo(runtime)
  for (const name of differing) console.error(`package: differs: ${name}`)
  console.log(`package: of ${compared} files in both places, ${differing.length} differ`)
  process.exit(compared > 0 && differing.length === 0 ? 0 : 1)
}

const code = await tool('electron-vite', 'build', '--logLevel', 'warn')
if (code !== 0) process.exit(code)

// The engine's copy of the bundles, outside the asar (electron-builder.yml).
const copyOfBundles = path.join(root, 'out/engine')
rmSync(copyOfBundles, { recursive: true, force: true })
cpSync(path.join(root, 'out/main'), copyOfBundles, { recursive: true })
writeBillOfMaterials(path.join(root, 'out/sbom.cdx.json'))

// electron-builder moves the runtime's files, so it gets a copy. The copy has no resources/app, which would replace the app.
const starter = path.join(runtime, 'resources', 'app')
const copy = mkdtempSync(path.join(os.tmpdir(), 'electron-'))
try {
  cpSync(runtime, copy, { recursive: true, filter: (file) => file !== starter })
  process.exitCode = await tool('electron-builder', ...chosen, `-c.electronDist=${copy}`)
  const executable = packagedExecutable()
  if (process.exitCode === 0 && executable !== null && !process.argv.includes('--unchecked')) {
    console.log('package: the points of Electron’s guide on security, in the packaged app')
    const failed = await checkPackaged(executable, found)
    if (failed.some(({ isOfElectron = false }) => !(isOfElectron && isAny))) process.exitCode = 1
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
  rmSync(copyOfBundles, { recursive: true, force: true })
}

function writeBillOfMaterials(file: string): void {
  const json = (...parts: string[]): unknown => JSON.parse(readFileSync(path.join(root, ...parts), 'utf8'))
  const { name, version, license } = z
    .object({ name: z.string(), version: z.string(), license: z.string() })
    .parse(json('package.json'))
  const node = z.object({ version: z.string() }).parse(json('node_modules/node/package.json'))
  const packages = z.array(shippedPackage).parse(json('out/renderer', noticesFile))
  const programs = [
    { name: 'electron', version: found, license: 'MIT' },
    { name: 'node', version: node.version, license: 'MIT' },
  ]
  writeFileSync(file, sbom({ name, version, license }, packages, programs))
}
