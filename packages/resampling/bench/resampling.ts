/**
 * Times what a run costs besides learning, and the cross-validated elastic net beside R's glmnet where that is
 * installed.
 *
 *     npm run bench:resampling -- [--jobs 500] [--rounds 3] [--fits 5] [--data spam.csv]
 *
 * `--jobs`: cheap jobs a run; `--rounds`: runs of each kind; `--fits`: cross-validations of each kind; `--data`: a table
 * for them, made data where it is not there. Kinds take turns, so that other load falls on all of them alike. Prints
 * medians with quartiles.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as ElasticNet from "./elasticNet.ts"
import * as Overhead from "./overhead.ts"
import * as Spread from "./spread.ts"

const { values: options } = parseArgs({
  options: {
    jobs: { type: "string", default: "500" },
    rounds: { type: "string", default: "3" },
    fits: { type: "string", default: "5" },
    data: { type: "string", default: join(import.meta.dirname, "../../../../shared/data/spam.csv") }
  }
})
const jobs = Number(options.jobs)
const times = (count: number) => Array.from({ length: count }, (_, i) => i)

// ----------------------------------------------------------------------------------------------------------- overhead

const places = [
  ["in this process", 0],
  ["1 worker", 1],
  ["2 workers", 2]
] as const

const overhead = Effect.gen(function* () {
  const rounds = yield* Effect.forEach(times(Number(options.rounds)), () =>
    Effect.forEach(places, ([, workers]) => Overhead.pace(jobs, workers))
  )
  const lines = places.map(([title], place) => {
    const paces = rounds.map((round) => round[place]!)
    const perJob = paces.flatMap((pace) => pace.perJob)
    return [
      title,
      Spread.text(Spread.of(perJob), 1000, "ms"),
      Spread.text(Spread.of(perJob.map((seconds) => 1 / seconds)), 1, ""),
      Spread.text(Spread.of(paces.map(({ start }) => start)), 1, "s")
    ]
  })
  yield* Console.log(`a job that learns nothing: ${rounds.length} runs of ${jobs} jobs\n`)
  yield* Console.log(Spread.table([["", "a job", "jobs a second", "first job after"], ...lines]))
  const parts = Object.entries(yield* Overhead.parts(jobs))
  const shares = parts.map(([title, { clock, processor }]) => [
    title,
    Spread.text(Spread.of(processor), 1000, "ms"),
    Spread.text(Spread.of(clock), 1000, "ms")
  ])
  yield* Console.log(`\n${Spread.table([["part of a job", "processor", "clock"], ...shares])}\n`)
})

// -------------------------------------------------------------------------------------------------------- elastic net

/** Both minimise the same function, each to its own tolerance. */
const tolerance = 1e-3

const compare = (given: ElasticNet.Given, folder: string) => {
  ElasticNet.write(folder, given)
  ElasticNet.ours(given)
  return times(Number(options.fits)).map(() => {
    const own = ElasticNet.ours(given)
    const answer = ElasticNet.glmnet(folder, given)
    if ("sample" in answer && !(Math.abs(answer.sample.least / own.least - 1) < tolerance)) {
      throw new Error(`the least error is ${own.least}, by glmnet ${answer.sample.least}`)
    }
    return { own, answer }
  })
}

const line = (title: string, samples: ReadonlyArray<ElasticNet.Sample>) => [
  title,
  Spread.text(Spread.of(samples.map(({ cpu }) => cpu)), 1, "s"),
  Spread.text(Spread.of(samples.map(({ wall }) => wall)), 1, "s"),
  String(samples[0]!.penalties),
  String(samples[0]!.lambdaMin)
]

const elasticNet = Effect.gen(function* () {
  const given = ElasticNet.data(options.data)
  const folder = mkdtempSync(join(tmpdir(), "rocflow-bench-"))
  const pairs = compare(given, folder)
  rmSync(folder, { recursive: true })
  const peers = pairs.flatMap(({ answer, own }) => ("sample" in answer ? [{ own, ...answer }] : []))
  const { n, p } = given.problem
  yield* Console.log(`cross-validated lasso, 10 folds: ${given.name}, ${n} rows, ${p} columns\n`)
  yield* Console.log(
    Spread.table([
      ["", "processor", "clock", "penalties", "best penalty"],
      line(
        "rocflow",
        pairs.map(({ own }) => own)
      ),
      ...(peers.length === 0
        ? []
        : [
            line(
              `glmnet ${peers[0]!.version}`,
              peers.map(({ sample }) => sample)
            )
          ])
    ])
  )
  for (const { answer } of pairs.slice(0, 1)) {
    if ("absent" in answer) yield* Console.log(`glmnet: left out, as Rscript says: ${answer.absent}`)
  }
  if (peers.length > 0) {
    const ratio = Spread.of(peers.map(({ own, sample }) => own.cpu / sample.cpu))
    yield* Console.log(`\nrocflow / glmnet, processor time: ${Spread.text(ratio, 1, "")}`)
  }
})

// ------------------------------------------------------------------------------------------------------------ program

const load = Effect.suspend(() =>
  Console.log(`load ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} processors\n`)
)

const program = Effect.gen(function* () {
  yield* Console.log(`Node ${process.versions.node}, ${cpus()[0]?.model ?? "unknown"}`)
  yield* load
  yield* overhead
  yield* load
  yield* elasticNet
})

await Effect.runPromise(program)
