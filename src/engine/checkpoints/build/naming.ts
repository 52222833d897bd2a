import type { Checkpoint } from '../checkpoint.ts'
import { joined, stored, transposed, type Expression } from './expression.ts'

/**
 * How stored tensors are named by one library or repository. A family has names of its own for its tensors (`own`), mostly
 * those of the library where it is most common; a rule gives the stored name, or several names whose tensors are joined
 * along their first axis. Where no rule fits, the stored name is the family's own.
 */
export interface Naming {
  /** Who names tensors so, e.g. "timm". */
  by: string
  rules: readonly Rule[]
  /** A tensor of the family, by its own name, that checkpoints of this naming have; where it is not there, it is another. */
  needs?: string
  /** Put before stored names, the first that fits; without them nothing is. */
  prefixes?: readonly string[]
  /** Stored tensors that the network does not need, without their prefix. */
  ignored?: RegExp
}

interface Rule {
  own: RegExp
  /** With `$1` for what the first group of `own` matched, or computed from the groups; '' where it stands for no tensor. */
  stored: string | readonly string[] | ((...groups: string[]) => string)
  /** Axes of the stored tensor in the order in which the graph wants them. */
  order?: readonly number[]
}

/** The tensors of a checkpoint by the names of a family. */
export class NamedTensors {
  readonly naming: Naming
  readonly #checkpoint: Checkpoint

  constructor(checkpoint: Checkpoint, naming: Naming) {
    this.#checkpoint = checkpoint
    this.naming = naming
  }

  /** How a tensor is made from stored ones; undefined where one of them is not in the checkpoint. */
  expression(own: string): Expression | undefined {
    const { names, order } = this.#rule(own)
    const parts = names.flatMap((name) => this.#stored(name) ?? [])
    if (parts.length < names.length) return undefined
    const whole = joined(parts)
    return order ? transposed(whole, order) : whole
  }

  has(own: string): boolean {
    return this.expression(own) !== undefined
  }

  /** Shape of a tensor; undefined where it is not in the checkpoint. */
  shape(own: string): readonly number[] | undefined {
    return this.expression(own)?.shape
  }

  /** How many of the tensors `name(0)`, `name(1)`, … follow one another. */
  count(name: (index: number) => string): number {
    const most = this.#checkpoint.tensors.size
    let count = 0
    while (count < most && this.has(name(count))) count++
    return count
  }

  /** The stored names of a tensor, for messages. */
  storedNames(own: string): string {
    const [prefix = ''] = this.naming.prefixes ?? []
    return this.#rule(own)
      .names.map((name) => `${prefix}${name}`)
      .join(', ')
  }

  /** Stored tensors that are neither in `used` nor known to be needless, by their stored names. */
  leftOver(used: ReadonlySet<string>): string[] {
    return [...this.#checkpoint.tensors.keys()].filter(
      (name) =>
        !used.has(name) && !ignoredByAll.test(name) && !this.naming.ignored?.test(this.unprefixed(name)),
    )
  }

  unprefixed(name: string): string {
    const prefix = this.naming.prefixes?.find((one) => one !== '' && name.startsWith(one)) ?? ''
    return name.slice(prefix.length)
  }

  #rule(own: string): { names: readonly string[]; order?: readonly number[] | undefined } {
    for (const { own: pattern, stored: to, order } of this.naming.rules) {
      if (!pattern.test(own)) continue
      if (typeof to === 'function') {
        let stands = true
        const name = own.replace(pattern, (_, ...groups) => {
          const start = to(...groups.map(String))
          stands = start !== ''
          return start
        })
        // The rest of the name alone may be that of some other tensor.
        return { names: [stands ? name : own], order }
      }
      return { names: [to].flat().map((name) => own.replace(pattern, name)), order }
    }
    return { names: [own] }
  }

  #stored(name: string): Expression | undefined {
    for (const prefix of this.naming.prefixes ?? ['']) {
      const tensor = this.#checkpoint.tensors.get(prefix + name)
      if (tensor) return stored(tensor.name, tensor.shape)
    }
    return undefined
  }
}

/** Counters of batch norms, which only training needs. */
const ignoredByAll = /(^|\.)num_batches_tracked$/
