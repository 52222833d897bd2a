/**
 * Throughput of a running study while pages are opened: what the window asks for on every page, over a workspace of
 * millions of facts, again and again. Windows with and without clicks alternate, so that other work on the machine counts
 * on both sides. A page is left after a second where it has not answered.
 * Run: node bench/pages.ts [images of the large dataset] [seconds a window] [pairs of windows] [seconds after a page]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startEngine } from '../tests/engine/process.ts'
import { fill, type Filled } from './filled.ts'
import { report } from './report.ts'

const [images = 50_000, seconds = 15, pairs = 4, pause = 0.05] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))
const workspace = join(folder, 'workspace')

type Client = Awaited<ReturnType<typeof startEngine>>['client']
type Options = { signal: AbortSignal }

/** What each page asks for when it is opened. */
function pagesOf(
  client: Client,
  { studyId: id, largeId: datasetId, modelIds, input }: Filled,
  running: number,
) {
  const [modelId = 0] = modelIds
  const shownFacts = modelIds.map((model) => ({ modelId: model }))
  const params = (kind: string) => ({ ...input, kind, params: {} })
  return {
    overview: (o: Options) => [client.workspace.info(undefined, o), client.studies.list(undefined, o)],
    'new study': (o: Options) =>
      ['imagenet-c', 'random-patch-drop', 'lesion', 'adversarial'].map((kind) =>
        client.studies.cost(params(kind), o),
      ),
    'result, 10 million facts': (o: Options) => [
      client.studies.get({ id }, o),
      client.studies.result({ id }, o),
    ],
    'result of the running study': (o: Options) => [client.studies.result({ id: running }, o)],
    'images of a study': (o: Options) => [client.studies.images({ id }, o)],
    'a cell': (o: Options) => [
      client.studies.rows({ id, modelId, key: 'fog,severity=3', limit: 200 }, o),
      client.studies.flips({ id, modelId, key: 'fog,severity=3', direction: 'lost' }, o),
    ],
    ranking: (o: Options) => [client.studies.ranking({ reference: null }, o)],
    questions: (o: Options) => [client.guide.questions({ seconds: 60 }, o)],
    suite: (o: Options) => [client.studies.suiteCost({ modelIds, preset: 'quick', sample: null }, o)],
    browse: (o: Options) => [
      client.datasets.images(
        { datasetId, filter: { outcomes: [{ modelId, outcome: 'wrong' }] }, limit: 200 },
        o,
      ),
      client.datasets.facets({ datasetId, filter: {}, shownFacts }, o),
      client.datasets.confusion({ datasetId, filter: {}, shownFact: { modelId }, pairs: 20, matrix: 16 }, o),
    ],
    conditions: (o: Options) => [
      client.datasets.conditions({ datasetId }, o),
      client.datasets.changedModels({ datasetId }, o),
    ],
    figure: (o: Options) => [
      client.figures.export(
        { studyId: running, formats: ['pdf'], width: 3, dpi: 300, directory: join(folder, 'out') },
        o,
      ),
    ],
  }
}

/** Opens page after page, each left after a second at most, until the time is over. Returns how often each was answered. */
async function click(
  pages: ReturnType<typeof pagesOf>,
  until: number,
  waits: Map<string, number[]>,
): Promise<void> {
  while (performance.now() < until)
    for (const [name, open] of Object.entries(pages)) {
      if (performance.now() >= until) return
      const leave = new AbortController()
      const begun = performance.now()
      const answered = Promise.all(open({ signal: leave.signal })).then(
        () => true,
        () => false,
      )
      const came = await Promise.race([answered, delay(1000, false)])
      leave.abort()
      const known = waits.get(name) ?? []
      waits.set(name, [...known, came ? performance.now() - begun : Infinity])
      await delay(1000 * pause)
    }
}

console.log('filling')
const filled = await fill(workspace, images)
const state = join(folder, 'state.json')
writeFileSync(state, JSON.stringify({ workspace }))
const engine = await startEngine(state)
try {
  const { client } = engine
  const begun = performance.now()
  const study = await client.studies.run({
    kind: 'random-patch-drop',
    modelIds: filled.modelIds,
    datasetId: filled.smallId,
    params: { repeats: 100 },
  })
  const start = performance.now() - begun
  const jobId = study.job?.id ?? 0
  const done = async () => (await client.jobs.get({ id: jobId })).progress.done
  for (let before = 0; before === 0; await delay(500)) before = await done()
  const pages = pagesOf(client, filled, study.id)
  const waits = new Map<string, number[]>()
  const rates: { quiet: number; clicked: number }[] = []
  const over = async (work: (until: number) => Promise<unknown>) => {
    const [from, first] = [performance.now(), await done()]
    await work(from + 1000 * seconds)
    return (1000 * ((await done()) - first)) / (performance.now() - from)
  }
  for (let pair = 0; pair < pairs; pair++) {
    const quiet = await over(() => delay(1000 * seconds))
    const clicked = await over((until) => click(pages, until, waits))
    rates.push({ quiet, clicked })
    console.log(
      `  quiet ${quiet.toFixed(1)}, pages opened ${clicked.toFixed(1)} images/s: ${(clicked / quiet).toFixed(3)}`,
    )
  }
  const sum = (of: 'quiet' | 'clicked') => rates.reduce((total, rate) => total + rate[of], 0) / rates.length
  report(
    'pages',
    'images',
    [
      { name: 'nothing opened', perSecond: sum('quiet'), ratio: 1 },
      {
        name: `pages opened, ${pause} s between an answer and the next click`,
        perSecond: sum('clicked'),
        ratio: sum('clicked') / sum('quiet'),
      },
    ],
    { facts: String(filled.facts), start: `${start.toFixed(0)} ms until "Start" was answered` },
  )
  console.log(`  "Start" was answered in ${start.toFixed(0)} ms`)
  for (const [name, found] of waits) {
    const answered = found.filter(Number.isFinite).sort((a, b) => a - b)
    const median = answered[answered.length >> 1]
    console.log(
      `  ${name.padEnd(30)} opened ${found.length} times, answered within a second ${answered.length}${median === undefined ? '' : `, median ${median.toFixed(0)} ms`}`,
    )
  }
} finally {
  await engine.kill()
  rmSync(folder, { recursive: true, force: true })
}
