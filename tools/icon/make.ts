// Renders the icon of the app as PNG for electron-builder: the 5x5 kernel of BrandMark with a margin.
// node tools/icon/make.ts
import path from 'node:path'
import sharp from 'sharp'
import { colourOf } from '#shared/colour/maps.ts'

const side = 5
const centre = (side - 1) / 2
const cells = Array.from({ length: side * side }, (_, i) => {
  const [x, y] = [i % side, Math.floor(i / side)]
  const [dx, dy] = [x - centre, y - centre]
  const weight = Math.exp(-(dx * dx + dy * dy) / 1.6) + 0.16 * Math.abs(dx * dy)
  return `<rect x="${x}" y="${y}" width="1" height="1" fill="${colourOf('viridis', weight, 0, 1)}"/>`
})
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-0.4 -0.4 5.8 5.8">
<clipPath id="c"><rect width="5" height="5" rx="0.5"/></clipPath>
<g clip-path="url(#c)" shape-rendering="crispEdges">${cells.join('')}</g></svg>`

const folder = path.resolve(import.meta.dirname, '../../resources/icons')
for (const size of [128, 256, 512]) {
  await sharp(Buffer.from(svg), { density: 72 * (size / 5) })
    .resize(size, size)
    .png({ compressionLevel: 9 })
    .toFile(path.join(folder, `${size}x${size}.png`))
}
