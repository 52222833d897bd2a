/**
 * Draws every sprite of `classes.json` once, 192x192 RGBA, and lists them.
 *
 *   node rasterize.mjs OUT_DIR
 *
 * Writes `OUT_DIR/<package>/<icon>.png` and `OUT_DIR/sprites.json`: one row per sprite with its
 * package, version, icon name, class (or unseen class) and role. sharp is pinned and
 * carries its own librsvg, so the pixels are the same on every machine.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import sharp from 'sharp'

const SIZE = 192
const require = createRequire(import.meta.url)
const read = (path) => JSON.parse(readFileSync(path, 'utf8'))
const world = read(new URL('./classes.json', import.meta.url))

/** The package's icons, its version and its licence as it states them. */
function openPackage(name) {
  const folder = `@iconify-json/${name}`
  const icons = read(require.resolve(`${folder}/icons.json`))
  const info = read(require.resolve(`${folder}/info.json`))
  const { version } = read(require.resolve(`${folder}/package.json`))
  return { name, icons, info, version }
}

/** Icon names of a package that draw one of the wanted emoji (streamline numbers its variants). */
function matching(pack, emoji) {
  const wanted = new Set(emoji)
  const plain = pack.name === 'streamline-emojis' ? (n) => n.replace(/-\d$/, '') : (n) => n
  return Object.keys(pack.icons.icons)
    .filter((name) => wanted.has(plain(name)))
    .sort()
}

function drawSvg(pack, name) {
  const icon = pack.icons.icons[name]
  const width = icon.width ?? pack.icons.width ?? 16
  const height = icon.height ?? pack.icons.height ?? 16
  const box = [icon.left ?? 0, icon.top ?? 0, width, height].join(' ')
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${box}" width="${SIZE}" height="${SIZE}" color="#222">${icon.body}</svg>`
}

/** Writes the icon's picture and returns the digest of its drawing. */
async function rasterize(pack, name, folder) {
  const svg = drawSvg(pack, name)
  mkdirSync(join(folder, pack.name), { recursive: true })
  await sharp(Buffer.from(svg))
    .resize(SIZE, SIZE, { fit: 'inside' })
    .png()
    .toFile(join(folder, pack.name, `${name}.png`))
  return createHash('sha256').update(svg).digest('hex')
}

/** All (class, icon) pairs of one package. */
function* wanted(pack) {
  for (const [label, entry] of Object.entries(world.classes)) {
    const names = pack.name === 'fxemoji' ? entry.fxemoji : entry.emoji
    for (const icon of matching(pack, names)) yield { label, icon, seen: true }
  }
  for (const [label, emoji] of Object.entries(world.unseen)) {
    for (const icon of matching(pack, emoji)) yield { label, icon, seen: false }
  }
}

const out = process.argv[2]
if (!out) throw new Error('usage: node rasterize.mjs OUT_DIR')
const rows = []
const packages = []
const drawings = new Set()
for (const role of ['train', 'renditions', 'extra']) {
  for (const pack of world.packages[role].map(openPackage)) {
    const { license, author, name } = pack.info
    packages.push({
      package: pack.name,
      version: pack.version,
      role,
      title: name,
      author: author.name,
      authorUrl: author.url,
      license: license.spdx,
      licenseUrl: license.url,
    })
    for (const { label, icon, seen } of wanted(pack)) {
      const digest = await rasterize(pack, icon, out)
      if (drawings.has(digest)) continue
      drawings.add(digest)
      rows.push({ package: pack.name, icon, label, seen, role })
    }
  }
}
writeFileSync(join(out, 'sprites.json'), JSON.stringify({ packages, sprites: rows }, null, 1) + '\n')
console.log(`${rows.length} sprites from ${packages.length} packages in ${out}`)
