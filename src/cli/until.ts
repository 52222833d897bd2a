import { stopRule, type Model, type StopRule } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'

export const untilHelp =
  'stop early, when every point is known to so many points ("±1"), when it is decided whether A is above B at every point ("A>B"), or after a time ("10m"); several by repeating it, the first to come ends it'

const units = new Map([
  ['s', 1],
  ['m', 60],
  ['min', 60],
  ['h', 3600],
])

/**
 * Reads the values of `--until` as one rule.
 *
 * @param modelOf finds a model by its name
 * @throws USAGE where a value is none of the three, or two are of the same kind
 */
export async function ruleOf(
  texts: readonly string[],
  modelOf: (name: string) => Promise<Pick<Model, 'id'>>,
): Promise<StopRule> {
  const rule: StopRule = {}
  for (const text of texts) {
    const part = await partOf(text.trim(), modelOf)
    const twice = Object.keys(part).find((key) => key in rule)
    if (twice !== undefined) throw invalid(text, 'there is one of its kind already')
    Object.assign(rule, part)
  }
  const parsed = stopRule.safeParse(rule)
  if (parsed.success) return parsed.data
  throw invalid(texts.join(', '), 'it must be between 0 and 50 points, and more than 0 s')
}

async function partOf(
  text: string,
  modelOf: (name: string) => Promise<Pick<Model, 'id'>>,
): Promise<StopRule> {
  const width = /^(?:±|\+-|\+\/-)\s*(\d+(?:\.\d+)?)\s*(?:%|points?)?$/.exec(text)
  if (width) return { within: Number(width[1]) / 100 }
  const time = /^(\d+(?:\.\d+)?)\s*(s|m|min|h)$/.exec(text)
  if (time) return { seconds: Number(time[1]) * (units.get(time[2] ?? '') ?? 1) }
  const [a = '', b = '', ...more] = text.split('>').map((name) => name.trim())
  if (a !== '' && b !== '' && more.length === 0)
    return { above: { a: (await modelOf(a)).id, b: (await modelOf(b)).id } }
  throw invalid(text, 'it is no width as "±1", no comparison as "A>B" and no time as "10m"')
}

const invalid = (text: string, why: string) =>
  new KernelscopeError('USAGE', `invalid --until: ${text}: ${why}`, {
    hint: 'See "study run --help".',
  })
