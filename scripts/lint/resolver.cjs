'use strict'
const { isBuiltin } = require('node:module')
const path = require('node:path')

const root = path.resolve(__dirname, '../..')
const rooms = { '#shared/': 'src/shared/', '#engine/': 'src/engine/' }

/**
 * Resolver of the import rules: relative paths and the package imports of package.json, both with their extension
 * written out. What is neither belongs to Node or to a package and has no path.
 */
exports.interfaceVersion = 2
exports.resolve = (source, file) => ({ found: true, path: pathOf(source, file) })

function pathOf(source, file) {
  if (isBuiltin(source)) return null
  if (source.startsWith('.')) return path.resolve(path.dirname(file), source)
  const room = Object.keys(rooms).find((prefix) => source.startsWith(prefix))
  return room === undefined ? null : path.join(root, rooms[room], source.slice(room.length))
}
