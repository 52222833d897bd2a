import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { electronVersion, electronWarning } from '#shared/electron.ts'
import { shippedPackage } from '#shared/notices.ts'
import { packageOf, readPackages, shippedFolders } from '../../scripts/notices/packages.ts'
import { sbom } from '../../scripts/notices/sbom.ts'
import { root } from '../../scripts/run.ts'

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}
const packages = readPackages(root, shippedFolders(root))
const named = (name: string) => packages.find((one) => one.name === name)

describe('the packages that users get', () => {
  it('are named by the modules in a bundle', () => {
    expect(packageOf('/a/node_modules/@x/y/dist/a.js?v=1')).toBe('node_modules/@x/y')
    expect(packageOf('\0/a/node_modules/p/node_modules/q/i.js')).toBe('node_modules/p/node_modules/q')
    expect(packageOf('C:\\a\\node_modules\\p\\i.js')).toBe('node_modules/p')
    expect(packageOf('/a/src/index.ts')).toBeNull()
  })

  it('hold every dependency at its version, what those need, and nothing for development', () => {
    for (const [name, version] of Object.entries(manifest.dependencies))
      expect(named(name), name).toMatchObject({ version })
    expect(named('zrender')).toBeDefined()
    expect(named('vitest')).toBeUndefined()
    for (const one of packages) expect(shippedPackage.parse(one)).toEqual(one)
  })

  it('have their licence, also where they bring no text', () => {
    expect(packages.filter(({ license, text }) => license !== null && text === null)).toEqual([])
    expect(named('onnxruntime-node')?.text).toContain('Copyright (c) Microsoft Corporation')
    const libvips = packages.find(({ name }) => name.startsWith('@img/sharp-libvips-'))
    expect(libvips?.text).toContain('GNU LESSER GENERAL PUBLIC LICENSE')
    expect(libvips?.contains).toHaveProperty('vips')
  })
})

describe('the bill of materials', () => {
  const app = { name: 'app', version: '1.0.0', license: 'MIT' }
  const make = () => sbom(app, packages, [{ name: 'electron', version: '1.2.3', license: 'MIT' }])

  it('is CycloneDX with a component for each package, its licence and digest', () => {
    const made = JSON.parse(make()) as Record<string, unknown> & { components: Record<string, unknown>[] }
    expect(made).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 })
    expect(made['serialNumber']).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    expect(made.components).toHaveLength(packages.length + 1)
    expect(new Set(made.components.map((one) => one['bom-ref'])).size).toBe(packages.length + 1)
    const zod = made.components.find(({ name }) => name === 'zod')
    const content = Buffer.from(named('zod')?.integrity?.slice(7) ?? '', 'base64').toString('hex')
    expect(zod).toMatchObject({
      purl: `pkg:npm/zod@${manifest.dependencies['zod']}`,
      licenses: [{ expression: 'MIT' }],
      hashes: [{ alg: 'SHA-512', content }],
    })
    expect(content).toHaveLength(128)
  })

  it('is the same for the same packages', () => {
    expect(make()).toBe(make())
  })
})

it('the packaged app holds no other files of the checkout', () => {
  const text = readFileSync(path.join(root, 'electron-builder.yml'), 'utf8')
  // electron-builder puts every file before a list in the section of a system.
  expect(text.match(/^ *files:/gm)).toEqual(['files:'])
})

it('Electron is the pinned release, and any other is told', () => {
  expect(electronVersion).toBe(manifest.devDependencies['electron'])
  expect(electronWarning(electronVersion)).toBeNull()
  expect(electronWarning('33.2.1')).toMatch(/for tests only/)
})
