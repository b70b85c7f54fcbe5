/**
 * Times value and gradient of the losses against the number of rows, in one process and one thread, beside PyTorch and
 * the R package aum where they are installed.
 *
 *     node packages/losses/bench/losses.ts [--rows 1000000] [--seconds 0.3]
 *
 * `--rows`: the largest number of rows; `--seconds`: the time for each point. Prints tables, and writes results/
 * losses.json, losses.svg and losses.png.
 */
import * as Tfjs from "@rocflow/core/engine/tfjs/Tfjs"
import * as tf from "@tensorflow/tfjs-core"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as Agreement from "./agreement.ts"
import * as Complexity from "./complexity.ts"
import { at, type Curve } from "./curve.ts"
import * as Data from "./data.ts"
import { measure } from "./measure.ts"
import * as Peers from "./peers.ts"
import * as Plot from "./plot.ts"
import { type Subject, subjects } from "./subjects.ts"
import { bySize, duration } from "./text.ts"

const { values: options } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, seconds: { type: "string", default: "0.3" } }
})
const budget = Number(options.seconds)
if (!(Number(options.rows) >= 1000 && budget > 0)) {
  throw new Error(
    `--rows ${options.rows} --seconds ${options.seconds}: give at least 1000 rows, and more than 0 seconds`
  )
}
const sizes = Data.sizes(Number(options.rows))
const data = sizes.map(Data.make)

// -------------------------------------------------------------------------------------------------------------- times

const outcome = (subject: Subject, given: Data.Data) => {
  const { dispose, gradient, run } = subject.prepare(given)
  const found = { value: run(), gradient: Float64Array.from(gradient()) }
  dispose?.()
  return found
}

const expected = (id: string, given: Data.Data) =>
  outcome(
    subjects.find((subject) => subject.id === id)!,
    given
  )

const check = (subject: Subject, given: Data.Data): void => {
  if (subject.check === undefined) return
  const { against, tolerance } = subject.check
  Agreement.require(subject.title, outcome(subject, given), expected(against, given), tolerance)
}

const time = (subject: Subject): Curve => ({
  id: subject.id,
  title: subject.title,
  points: data
    .filter(({ rows }) => rows <= subject.upTo)
    .map((given) => {
      check(subject, given)
      const { dispose, run } = subject.prepare(given)
      const timing = measure(run, budget)
      dispose?.()
      return { rows: given.rows, ...timing }
    })
})

const timePeer = (peer: Peers.Peer, folder: string) => {
  const answer = Peers.ask(peer, folder, budget, sizes)
  if ("absent" in answer) return { peer, ...answer }
  for (const [i, found] of answer.found.entries()) {
    Agreement.require(peer.title, found, expected("sorted", data[i]!), 1e-9)
  }
  const points = answer.found.map(({ rows, timing }) => ({ rows, ...timing }))
  return { peer, version: answer.version, curve: { id: peer.id, title: peer.title, points } }
}

const timePeers = () => {
  const folder = mkdtempSync(join(tmpdir(), "rocflow-bench-"))
  try {
    for (const given of data) Peers.write(folder, given)
    return Peers.peers.map((peer) => timePeer(peer, folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// --------------------------------------------------------------------------------------------------------------- text

const growth = (curve: Curve): Complexity.Fit | undefined =>
  Complexity.fit(curve.points.map(({ fastest, rows }) => [rows, fastest]))

const medians = (curves: ReadonlyArray<Curve>): string =>
  bySize(
    "median",
    sizes,
    curves,
    (curve, rows) => {
      const timing = at(curve, rows)
      return timing === undefined ? "" : duration(timing.median)
    },
    {
      "grows as": (curve) => growth(curve)?.best ?? "",
      slope: (curve) => growth(curve)?.slope.toFixed(2) ?? ""
    }
  )

/** Fastest sample and quartiles, in percent of the median. */
const spread = (curves: ReadonlyArray<Curve>): string =>
  bySize("spread", sizes, curves, (curve, rows) => {
    const timing = at(curve, rows)
    if (timing === undefined) return ""
    const percent = (time: number) => ((time / timing.median - 1) * 100).toFixed(0)
    return `${percent(timing.fastest)} ${percent(timing.q1)} +${percent(timing.q3)} %`
  })

/** How many times as long each peer takes at its fastest as AUM here: the kernel that training calls, and the function for users. */
const ratios = (curves: ReadonlyArray<Curve>): string => {
  const named = (...ids: ReadonlyArray<string>) => curves.filter(({ id }) => ids.includes(id))
  const pairs = named(...Peers.peers.map(({ id }) => id)).flatMap((peer) =>
    named("aum", "binary").map((own) => ({ title: `${peer.title} / ${own.title}`, peer, own }))
  )
  return bySize("times as long", sizes, pairs, ({ own, peer }, rows) =>
    (at(peer, rows)!.fastest / at(own, rows)!.fastest).toFixed(1)
  )
}

// ------------------------------------------------------------------------------------------------------------ program

const program = Effect.gen(function* () {
  yield* Console.log(`value and gradient, one thread; Node ${process.versions.node}, ${cpus()[0]?.model ?? "unknown"}`)
  yield* Console.log(`tfjs: ${tf.getBackend()} backend\n`)
  const timed = subjects.map(time)
  const answers = timePeers()
  const curves = [...timed, ...answers.flatMap((answer) => ("curve" in answer ? [answer.curve] : []))]

  yield* Console.log(`${medians(curves)}\n\n${spread(curves)}\n`)
  for (const answer of answers) {
    const note = "absent" in answer ? `left out, as ${answer.peer.command} says: ${answer.absent}` : answer.version
    yield* Console.log(`${answer.peer.title}: ${note}`)
  }
  if (curves.length > timed.length) yield* Console.log(`\n${ratios(curves)}`)

  const folder = join(import.meta.dirname, "results")
  mkdirSync(folder, { recursive: true })
  const versions = Object.fromEntries(answers.flatMap((a) => ("version" in a ? [[a.peer.id, a.version]] : [])))
  const machine = { node: process.versions.node, cpu: cpus()[0]?.model, tfjs: tf.getBackend(), ...versions }
  const results = { machine, curves: curves.map((curve) => ({ ...curve, growth: growth(curve) })) }
  writeFileSync(join(folder, "losses.json"), `${JSON.stringify(results, null, 2)}\n`)
  const { png, svg } = yield* Effect.promise(() => Plot.draw(curves))
  writeFileSync(join(folder, "losses.svg"), svg)
  writeFileSync(join(folder, "losses.png"), png)
  yield* Console.log(`\n${join(folder, "losses.{json,svg,png}")}`)
})

await Effect.runPromise(program.pipe(Effect.provide(Tfjs.layer())))
