import { expect, it } from 'vitest'
import { sortDropped } from '../../../src/renderer/frame/intake/dropped.ts'

it('sorts paths by what they are', () => {
  expect(sortDropped(['/a/Net.ONNX', '/b/study.zip', '/c/our images', '/d/a.folder'])).toEqual({
    models: ['/a/Net.ONNX'],
    bundles: ['/b/study.zip'],
    folders: ['/c/our images', '/d/a.folder'],
    refused: [],
  })
})

it('takes the database of a workspace for its folder', () => {
  expect(sortDropped(['/w/workspace.sqlite', '/w']).folders).toEqual(['/w'])
  expect(sortDropped(['C:\\w\\workspace.sqlite']).folders).toEqual(['C:\\w'])
})

it('refuses images and loose files, but not those that belong to a model beside them', () => {
  expect(sortDropped(['/a/cat.png', '/a/labels.txt']).refused).toEqual(['/a/cat.png', '/a/labels.txt'])
  expect(sortDropped(['/a/net.onnx', '/a/net.onnx.data', '/a/net.json', '/a/cat.png']).refused).toEqual([
    '/a/cat.png',
  ])
})
