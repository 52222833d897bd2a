import { startsAtImage, type Attack } from '#shared/attacks.ts'
import { generator } from '#shared/random.ts'
import { integratedGradients } from './integrated.ts'
import { onEdge, project, stepped } from './balls.ts'
import { addMomentum, fastStep, projectedStep, randomInside, randomStart, roundTo8Bit } from './updates.ts'
import type { Gradient } from './gradient.ts'

export interface AttackGradients {
  /** Gradient of the cross entropy with the true classes at the images themselves. */
  cleanGradient: () => Promise<Float32Array>
  /** Gradient of the cross entropy with the true classes. */
  lossGradient: Gradient
  /** Gradient of the logit of the true classes. */
  logitGradient: Gradient
}

/** Receives the adversarial images of a run. They are overwritten later: copy them to keep them. */
export type OnAdversarial = (run: number, images: Float32Array) => Promise<void>

/**
 * Attacks the images `x0`, float32 in [0,1] of `valuesPerImage` values each. One trajectory serves all `runs`, which may
 * differ only in epsilon (fgsm and sign) or in the number of steps (the other attacks).
 */
export async function follow(
  x0: Float32Array,
  keys: readonly string[],
  runs: readonly Attack[],
  restart: number,
  attacked: AttackGradients,
  reached: OnAdversarial,
): Promise<void> {
  const [first] = runs
  if (!first) return
  const give = (run: number, x: Float32Array) => {
    if (!first.rounded) return reached(run, x)
    const rounded = x.slice()
    roundTo8Bit(rounded)
    return reached(run, rounded)
  }
  if (first.kind === 'fgsm' || first.kind === 'sign') {
    const g = first.kind === 'fgsm' ? await attacked.cleanGradient() : randomSigns(x0.length, keys, first)
    const x = new Float32Array(x0.length)
    for (const [run, { epsilon, norm = 'linf' }] of runs.entries()) {
      if (norm === 'linf') fastStep(x, x0, g, epsilon)
      else
        eachImage(x.length / keys.length, [x, x0, g], ([own, from, direction]) =>
          own.set(onEdge(from, direction, epsilon, norm)),
        )
      await give(run, x)
    }
    return
  }
  const step = stepper(x0, keys, first, restart, attacked)
  const longest = Math.max(...runs.map(({ steps }) => steps))
  for (let done = 1; done <= longest; done++) {
    await step.advance()
    for (const [run, { steps }] of runs.entries()) if (steps === done) await give(run, step.x)
  }
}

/** The iterate of an attack with many steps, and the step to the next one. */
function stepper(
  x0: Float32Array,
  keys: readonly string[],
  attack: Attack,
  restart: number,
  attacked: AttackGradients,
): { x: Float32Array; advance(): Promise<void> } {
  const { kind, alpha, epsilon, norm = 'linf' } = attack
  const size = x0.length / keys.length
  const x = x0.slice()
  const random = keys.map((key) => generator('attack', attack.seed, key, restart))
  if (attack.randomStart)
    eachImage(size, [x, x0, x], ([own, from], image) => {
      const source = random[image]
      if (!source) return
      if (norm === 'linf') randomStart(own, from, epsilon, () => source.uniform())
      else own.set(randomInside(from, epsilon, source))
    })
  const step = (g: Float32Array) => {
    if (norm === 'linf') projectedStep(x, x0, g, alpha, epsilon)
    else
      eachImage(size, [x, x0, g], ([own, from, direction]) => {
        own.set(stepped(own, direction, alpha, norm))
        project(own, from, epsilon, norm)
      })
  }
  let atImages = startsAtImage(attack)
  const lossGradient = () => {
    if (!atImages) return attacked.lossGradient(x)
    atImages = false
    return attacked.cleanGradient()
  }
  if (kind === 'mifgsm') {
    const momentum = new Float32Array(x.length)
    return {
      x,
      async advance() {
        addMomentum(momentum, await lossGradient(), size)
        step(momentum)
      },
    }
  }
  if (kind === 'pgd') return { x, advance: async () => step(await lossGradient()) }
  let at = 0
  // Values are visited in the order of the images, so that each image's numbers come from its own generator.
  const uniform = () => random[Math.floor((at++ % x.length) / size)]?.uniform() ?? 0
  const noise = kind === 'taig-r' ? { epsilon, uniform } : null
  return {
    x,
    async advance() {
      const g = await integratedGradients(x, attacked.logitGradient, noise)
      for (let i = 0; i < g.length; i++) g[i] = -(g[i] ?? 0)
      projectedStep(x, x0, g, alpha, epsilon)
    },
  }
}

type Three = [Float32Array, Float32Array, Float32Array]

/** Calls `work` with the parts of three arrays that belong to an image. */
function eachImage(size: number, [a, b, c]: Three, work: (parts: Three, image: number) => void): void {
  for (let image = 0; image * size < a.length; image++) {
    const part = (all: Float32Array) => all.subarray(image * size, (image + 1) * size)
    work([part(a), part(b), part(c)], image)
  }
}

function randomSigns(length: number, keys: readonly string[], { seed }: Attack): Float32Array {
  const signs = new Float32Array(length)
  const size = length / keys.length
  for (const [image, key] of keys.entries()) {
    const random = generator('attack-sign', seed, key)
    for (let i = image * size; i < (image + 1) * size; i++) signs[i] = random.uniform() < 0.5 ? -1 : 1
  }
  return signs
}
