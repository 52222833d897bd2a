import { expect, it } from 'vitest'
import { clusterProfile } from '#shared/contract/index.ts'
import { formOf, profileOf } from '../../src/renderer/features/settings/clusterForm.ts'

it('gives a profile back as it was', () => {
  const profile = clusterProfile.parse({
    name: 'lab',
    host: 'me@login',
    folder: '/shared',
    modules: ['cuda/12', 'gcc'],
    options: ['--constraint=a100'],
    maps: [{ from: '/home/a b', to: '/far/a=b' }],
    prologue: 'umask 077\ntrue',
  })
  expect(profileOf(formOf(profile)).profile).toEqual(profile)
})

it('names what is wrong by its field, and takes empty lines for nothing', () => {
  const form = {
    ...formOf(null),
    name: 'x',
    folder: 'shared',
    host: '-oProxyCommand=x',
    maps: '\n/a\n',
    modules: '\n',
  }
  const { problems } = profileOf(form)
  expect(Object.keys(problems ?? {}).sort()).toEqual(['folder', 'host', 'maps'])
  expect(profileOf({ ...form, folder: '/s', host: '', maps: '' }).profile).toMatchObject({
    host: null,
    modules: [],
  })
})
