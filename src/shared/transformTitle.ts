import { canonicalJson } from './canonical.ts'
import type { Transform } from './transform.ts'

const words = (name: string) => name.replaceAll('_', ' ')

/** A transform in a few words: "gaussian noise, severity 3". */
export function transformTitle(value: Transform): string {
  switch (value.op) {
    case 'identity':
      return 'unchanged'
    case 'corruption': {
      const extra = [value.jpeg ? '' : 'without JPEG', value.variant === 'swap' ? 'swap' : ''].filter(Boolean)
      return [`${words(value.name)}, severity ${value.severity}`, ...extra, seedText(value.seed)]
        .filter(Boolean)
        .join(', ')
    }
    case 'perturbation':
      return [
        `${words(value.name)}, frame ${value.frame}`,
        value.difficulty > 1 ? `difficulty ${value.difficulty}` : '',
        seedText(value.seed),
      ]
        .filter(Boolean)
        .join(', ')
    case 'patchDrop':
      return [
        `${value.percent} % of ${value.patch} px patches ${value.fill}`,
        value.repeat > 0 ? `repeat ${value.repeat}` : '',
        value.draws === null ? seedText(value.seed) : 'replayed',
      ]
        .filter(Boolean)
        .join(', ')
    case 'bandNoise':
      return `noise around ${value.centre / 1000}π, width ${value.width / 1000}π, epsilon ${value.epsilon}`
    case 'pipeline':
      return value.steps.map(transformTitle).join(', then ')
    default:
      return canonicalJson(value).slice(0, 80)
  }
}

const seedText = (seed: number) => (seed === 0 ? '' : `seed ${seed}`)
