const levels = (epsilon: string) => `ε ${epsilon} (${Number((255 * Number(epsilon)).toPrecision(3))}/255)`
const count = (n: string, one: string) => `${n} ${one}${n === '1' ? '' : 's'}`

/** What a part of a key says, by its name; other parts are written as they are. Places count from 1, as in figures. */
const words: Record<string, (value: string, part: (name: string) => string | undefined) => string> = {
  percent: (value) => (value === '0' ? 'nothing dropped' : `${value} % dropped`),
  repeat: (value, part) => (part('percent') === '0' ? '' : `draw ${Number(value) + 1}`),
  epsilon: levels,
  steps: (value) => (value === '1' ? '' : count(value, 'step')),
  n: (value) => `${count(value, 'block')} removed`,
  sample: (value) => `subset ${Number(value) + 1}`,
  block: (value) => `without block ${Number(value) + 1}`,
  centre: (value) => `noise at ${Number(value) / 1000}π`,
  window: (value) => `kernels cut to ${value}×${value}`,
}

const whole: Record<string, string> = {
  none: 'no block removed',
  whole: 'kernels as they are',
  sign: 'random sign',
  fgsm: 'FGSM',
  pgd: 'PGD',
  mifgsm: 'MI-FGSM',
  subset: 'subsets',
  single: 'single blocks',
}

/** A condition in words by its key: "percent=50,repeat=0" → "50 % dropped, draw 1". */
export function conditionTitle(key: string, modelTitle = (id: number) => `model ${id}`): string {
  const parts = key.split(',').map((text) => {
    const at = text.indexOf('=')
    return at < 0 ? { name: text, value: null } : { name: text.slice(0, at), value: text.slice(at + 1) }
  })
  const part = (name: string) => parts.find((one) => one.name === name)?.value ?? undefined
  const told = parts.map(({ name, value }) => {
    if (value === null) return name === 'transfer' ? '' : (whole[name] ?? name)
    if (name === 'from') return `images made with ${modelTitle(Number(value))}`
    return words[name]?.(value, part) ?? `${name} ${value}`
  })
  return told.filter(Boolean).join(', ')
}

/** Whether nothing is done under a condition, by its key. */
export const isAsItIs = (key: string): boolean => /^(clean|none|whole|percent=0(,repeat=\d+)?)$/.test(key)

const places: Record<string, (value: string) => string> = {
  percent: (value) => `${value} %`,
  epsilon: (value) => `ε ${value}`,
  steps: (value) => count(value, 'step'),
  n: (value) => count(value, 'block'),
  proportion: (value) => `${Math.round(100 * Number(value))} %`,
  centre: (value) => `${Number(value) / 1000}π`,
  window: (value) => `${value}×${value}`,
}

/** A place on the axis of a parameter: percent 50 → "50 %". */
export const placeTitle = (parameter: string, value: number): string =>
  places[parameter]?.(String(value)) ?? `${parameter} ${value}`

const axes: Record<string, string> = {
  percent: 'Dropped (%)',
  epsilon: 'ε in [0,1] units',
  steps: 'Steps',
  n: 'Blocks removed',
  proportion: 'Share of blocks removed',
  centre: 'Frequency (π)',
  window: 'Window kept (px)',
  severity: 'Severity',
}

/** Name of a parameter as an axis. */
export const axisTitle = (parameter: string) => axes[parameter] ?? parameter
