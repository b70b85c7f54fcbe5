/**
 * Times whole training steps on every engine, beside PyTorch where a Python has it: the batch gathered by index from
 * rows in memory, forward, loss, backward, update.
 *
 *     npm run bench:engine -- [--rounds 7] [--seconds 0.2] [--groups table,rows,width,depth,experiment] [--only 784]
 *       [--python python3] [--no-compile] [--json] [--epochs 1000] [--repeats 1] [--mnist DIR] [--engine fused]
 *
 * Engines take turns in every round, so that other load falls on all of them alike; a ratio is PyTorch's time divided
 * by ours in the same round. `--only`: networks whose title contains this; `--engine`: engines whose name begins so.
 * `--epochs` and `--repeats` are those of the whole experiment, the group `experiment`; `--mnist`: the folder of MNIST's
 * test set, in place of images that are made. Prints medians with quartiles over rounds.
 */
import { toJson } from "../src/Json.ts"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { measure } from "../../losses/bench/measure.ts"
import * as Report from "./report.ts"
import * as Experiment from "./experiment.ts"
import * as Images from "./images.ts"
import * as Engine from "../src/engine/Engine.ts"
import * as Engines from "./engines.ts"
import { type Group, groups, type Network, networks } from "./networks.ts"
import * as Steps from "./steps.ts"
import * as Torch from "./torch.ts"

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "0.2" },
    groups: { type: "string", default: [...groups, "experiment"].join(",") },
    only: { type: "string", default: "" },
    python: { type: "string", default: process.env["ROCFLOW_PYTHON"] ?? "python3" },
    compile: { type: "boolean", default: true },
    epochs: { type: "string", default: "1000" },
    repeats: { type: "string", default: "1" },
    mnist: { type: "string" },
    engine: { type: "string", default: "" },
    json: { type: "boolean", default: false }
  }
})
const rounds = Number(options.rounds)
const seconds = Number(options.seconds)
const wanted = options.groups.split(",")
const whole = wanted.includes("experiment")
const chosen = networks.filter(({ group, title }) => wanted.includes(group) && title.includes(options.only))
if (!(rounds >= 1 && seconds > 0 && (chosen.length > 0 || whole))) {
  throw new Error(
    `--rounds ${options.rounds} --seconds ${options.seconds} --groups ${options.groups} --only "${options.only}": nothing to time; give at least 1 round, more than 0 seconds, groups among ${groups.join(", ")}, experiment, and a part of a title`
  )
}

/** A way of making steps of one network: an engine, or PyTorch in one of its modes. */
interface Runner {
  readonly name: string
  readonly time: () => Promise<Torch.Answer>
}

/** Compiling takes a minute each, so scaling is that of eager steps. */
const modesOf = (group: Group): ReadonlyArray<Torch.Mode> =>
  Torch.modes.filter((mode) => mode === "eager" || (options.compile && group === "table"))

const timeNetwork = Effect.fnUntraced(function* (
  engines: Effect.Success<typeof Engines.start>["engines"],
  torch: Torch.Torch | undefined,
  network: Network,
  id: number
) {
  const prepared = yield* Steps.prepare(network)
  const times = new Map<string, Array<number> | string>()
  const runners: Array<Runner> = []
  for (const engine of engines) {
    const step = yield* Steps.on(engine, prepared)
    if (typeof step === "string") times.set(engine.name, step)
    else runners.push({ name: engine.name, time: () => Promise.resolve(measure(step, seconds)) })
  }
  if (torch !== undefined) {
    const asked = Steps.forTorch(prepared)
    for (const mode of modesOf(network.group)) {
      runners.push({ name: `torch ${mode}`, time: () => torch.time({ ...asked, id, mode, seconds }) })
    }
  }
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another one.
    for (let turn = 0; turn < runners.length; turn++) {
      const { name, time } = runners[(turn + round) % runners.length]!
      const answer = yield* Effect.promise(time)
      const before = times.get(name)
      if ("absent" in answer) times.set(name, answer.absent)
      else if (typeof before === "object") before.push(answer.median)
      else times.set(name, [answer.median])
    }
  }
  const line: Report.Line = { network, cost: prepared.cost, times }
  return line
}, Effect.scoped)

/** Runs the whole experiment on the best engine, and PyTorch after it, so many times. */
const timeExperiment = Effect.fnUntraced(function* (engine: Engine.Engine) {
  const folder = mkdtempSync(join(tmpdir(), "rocflow-bench-"))
  yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
  const images = options.mnist === undefined ? Images.made() : Images.mnist(options.mnist)
  const given = { images, epochs: Number(options.epochs), folder }
  const jobs = yield* Experiment.write(given)
  const pairs = yield* Effect.forEach(Array.from({ length: Number(options.repeats) }), () =>
    Effect.map(Experiment.ours(engine, given), (own) => ({ own, peer: Experiment.torch(options.python, folder) }))
  )
  return { engine: engine.name, images: options.mnist ?? "made", epochs: given.epochs, jobs, pairs }
}, Effect.scoped)

const program = Effect.gen(function* () {
  const say = (text: string) => (options.json ? Effect.void : Console.log(text))
  const started = yield* Engines.start
  const absent = [...started.absent]
  const engines = started.engines.filter(({ name }) => name.startsWith(options.engine))
  const python = yield* Effect.result(Torch.start(options.python))
  const torch = python._tag === "Success" ? python.success : undefined
  if (python._tag === "Failure") absent.push(`PyTorch: left out, as ${options.python} says: ${python.failure}`)
  const machine = {
    node: process.versions.node,
    cpu: cpus()[0]?.model ?? "unknown",
    processors: availableParallelism(),
    load: loadavg()[0]!,
    torch: torch?.version
  }
  yield* say(
    `Node ${machine.node}, ${machine.cpu}, ${machine.processors} processors, load ${machine.load.toFixed(1)}; ${torch?.version ?? "no PyTorch"}\n${rounds} rounds of ${seconds} s: median (quartiles) of the rounds`
  )
  for (const reason of absent) yield* say(reason)
  const lines: Array<Report.Line> = []
  for (const group of groups) {
    const own: Array<Report.Line> = []
    for (const [id, network] of chosen.entries()) {
      if (network.group === group) own.push(yield* timeNetwork(engines, torch, network, id))
    }
    if (own.length === 0) continue
    lines.push(...own)
    yield* say(`\n${group}\n\n${Report.timesTable(own)}`)
    const ratios = Report.ratiosTable(own)
    if (ratios !== undefined) yield* say(`\n${ratios}`)
    yield* say(`\n${Report.limitsTable(own)}`)
    for (const reason of Report.reasons(own)) yield* say(reason)
  }
  const [best] = engines
  const experiment = whole && best !== undefined ? yield* timeExperiment(best) : undefined
  if (experiment !== undefined) yield* say(`\nexperiment\n\n${Report.experimentText(experiment)}`)
  if (options.json) yield* Console.log(toJson({ machine, absent, networks: lines.map(Report.asJson), experiment }, 2))
}).pipe(Effect.scoped)

await Effect.runPromise(program)
