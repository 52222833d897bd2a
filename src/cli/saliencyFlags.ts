import { Option, type Command } from 'commander'
import { KernelscopeError } from '#shared/errors.ts'
import {
  saliencyFields,
  saliencyMethod,
  saliencyMethods,
  type SaliencyField,
  type SaliencyMethod,
} from '#shared/saliencyMethods/index.ts'
import { integerOf, numberOf } from './flags.ts'

/** Adds an option for the saliency method, and one for every parameter of a method. */
export function addSaliencyOptions(command: Command): Command {
  const names = saliencyMethods.map(({ flag }) => flag)
  command.addOption(new Option('--method <name>', 'how').choices(names).default(names[0]))
  for (const field of saliencyFields) command.addOption(optionOf(field))
  return command
}

function optionOf({ key, flag, value }: SaliencyField): Option {
  const name = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  if (value.kind === 'choice')
    return new Option(`${name} <name>`, flag)
      .choices(value.options.map((option) => option.value))
      .default(value.initial)
  const parse = value.whole ? integerOf(name, value.min) : numberOf(name)
  return new Option(`${name} <${value.whole ? 'n' : 'share'}>`, flag).argParser(parse).default(value.initial)
}

/**
 * The method that the options name, with its parameters.
 * @throws USAGE where a parameter is invalid
 */
export function saliencyMethodOf(flags: { method: string }): SaliencyMethod {
  const method = saliencyMethods.find(({ flag }) => flag === flags.method)?.id
  const { data, error } = saliencyMethod.safeParse({ ...flags, method })
  if (data) return data
  const [issue] = error.issues
  throw new KernelscopeError(
    'USAGE',
    `invalid --${issue?.path.join('.') ?? 'method'}: ${issue?.message ?? ''}`,
  )
}
