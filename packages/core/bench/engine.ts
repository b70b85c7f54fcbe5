/**
 * Times whole training steps on every engine, beside PyTorch where a Python has it: the batch gathered by index from
 * rows in memory, forward, loss, backward, update.
 *
 *     npm run bench:engine -- [--rounds 7] [--seconds 0.2] [--groups table,rows,width,depth] [--only 784]
 *       [--python python3] [--no-compile] [--json]
 *
 * Engines take turns in every round, so that other load falls on all of them alike; a ratio is PyTorch's time divided
 * by ours in the same round. `--only`: networks whose title contains this. Prints medians with quartiles over rounds.
 */
import { toJson } from "../src/Json.ts"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { availableParallelism, cpus, loadavg } from "node:os"
import { parseArgs } from "node:util"
import { measure } from "../../losses/bench/measure.ts"
import * as Spread from "../../resampling/bench/spread.ts"
import * as Engines from "./engines.ts"
import { type Group, groups, networks } from "./networks.ts"
import * as Steps from "./steps.ts"
import * as Torch from "./torch.ts"

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "0.2" },
    groups: { type: "string", default: groups.join(",") },
    only: { type: "string", default: "" },
    python: { type: "string", default: process.env["ROCFLOW_PYTHON"] ?? "python3" },
    compile: { type: "boolean", default: true },
    json: { type: "boolean", default: false }
  }
})
const rounds = Number(options.rounds)
const seconds = Number(options.seconds)
const chosen = networks.filter(
  ({ group, title }) => options.groups.split(",").includes(group) && title.includes(options.only)
)
if (!(rounds >= 1 && seconds > 0 && chosen.length > 0)) {
  throw new Error(
    `--rounds ${options.rounds} --seconds ${options.seconds} --groups ${options.groups} --only "${options.only}": nothing to time; give at least 1 round, more than 0 seconds, groups among ${groups.join(", ")}, and a part of a title`
  )
}

/** A way of making steps of one network: an engine, or PyTorch in one of its modes. */
interface Runner {
  readonly name: string
  readonly time: () => Promise<Torch.Answer>
}

interface Line {
  readonly network: Steps.Prepared["network"]
  readonly cost: Steps.Cost
  /** Seconds a step of every round, by runner; or why there are none. */
  readonly times: ReadonlyMap<string, ReadonlyArray<number> | string>
}

const isPeer = (name: string): boolean => name.startsWith("torch")

/** Compiling takes a minute each, so scaling is that of eager steps. */
const modesOf = (group: Group): ReadonlyArray<Torch.Mode> =>
  Torch.modes.filter((mode) => mode === "eager" || (options.compile && group === "table"))

const timeNetwork = Effect.fnUntraced(function* (
  engines: Effect.Success<typeof Engines.start>["engines"],
  torch: Torch.Torch | undefined,
  network: Steps.Prepared["network"],
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
  const line: Line = { network, cost: prepared.cost, times }
  return line
}, Effect.scoped)

/** The ratios of rounds in which both were timed: `by` divided by `own`. */
const ratio = ({ times }: Line, own: string, by: string): Spread.Spread | undefined => {
  const [a, b] = [times.get(own), times.get(by)]
  return typeof a === "object" && typeof b === "object" ? Spread.of(b.map((time, i) => time / a[i]!)) : undefined
}

const names = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  [...new Set(lines.flatMap(({ times }) => [...times.keys()]))].sort((a, b) => Number(isPeer(a)) - Number(isPeer(b)))

const titleOf = ({ network: { batch, title } }: Line): string => `${title}, ${batch}`

const medianOf = (times: ReadonlyArray<number> | string | undefined): number | undefined =>
  typeof times === "object" ? Spread.of(times).median : undefined

const timesTable = (lines: ReadonlyArray<Line>): string => {
  const all = names(lines)
  return Spread.table([
    ["network, batch", ...all.map((name) => `${name}, ms`)],
    ...lines.map((line) => [
      titleOf(line),
      ...all.map((name) => {
        const times = line.times.get(name)
        return times === undefined ? "" : typeof times === "string" ? "none" : Spread.text(Spread.of(times), 1000, "")
      })
    ])
  ])
}

const ratiosTable = (lines: ReadonlyArray<Line>): string | undefined => {
  const all = names(lines)
  const pairs = all.filter(isPeer).flatMap((peer) => all.filter((name) => !isPeer(name)).map((own) => ({ own, peer })))
  if (pairs.length === 0) return undefined
  return Spread.table([
    ["network, batch", ...pairs.map(({ own, peer }) => `${peer} / ${own}`)],
    ...lines.map((line) => [
      titleOf(line),
      ...pairs.map(({ own, peer }) => {
        const found = ratio(line, own, peer)
        return found === undefined ? "" : Spread.text(found, 1, "")
      })
    ])
  ])
}

/** What limits a step: how fast multiply-adds are made and bytes moved at least. */
const limitsTable = (lines: ReadonlyArray<Line>): string => {
  const all = names(lines)
  return Spread.table([
    ["network, batch", "parameters", "FMA a step", "bytes a step", ...all.map((name) => `${name}: FMA/ns, bytes/ns`)],
    ...lines.map((line) => [
      titleOf(line),
      String(line.cost.parameters),
      line.cost.fma.toPrecision(3),
      line.cost.bytes.toPrecision(3),
      ...all.map((name) => {
        const time = medianOf(line.times.get(name))
        return time === undefined
          ? ""
          : [line.cost.fma, line.cost.bytes].map((count) => (count / time / 1e9).toPrecision(2)).join(", ")
      })
    ])
  ])
}

const reasons = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  lines
    .flatMap((line) =>
      Array.from(line.times, ([name, times]) =>
        typeof times === "string" ? `${titleOf(line)} on ${name}: ${times}` : ""
      )
    )
    .filter((reason) => reason !== "")

const asJson = (line: Line) => {
  const all = names([line])
  return {
    group: line.network.group,
    title: line.network.title,
    batch: line.network.batch,
    ...line.cost,
    runs: all.map((name) => {
      const times = line.times.get(name)!
      if (typeof times === "string") return { name, absent: times }
      const ratios = all.filter(isPeer).flatMap((peer) => {
        const found = isPeer(name) ? undefined : ratio(line, name, peer)
        return found === undefined ? [] : [[peer, found] as const]
      })
      return { name, seconds: Spread.of(times), rounds: times, ratios: Object.fromEntries(ratios) }
    })
  }
}

const program = Effect.gen(function* () {
  const say = (text: string) => (options.json ? Effect.void : Console.log(text))
  const { absent, engines } = yield* Engines.start
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
  const lines: Array<Line> = []
  for (const group of groups) {
    const own: Array<Line> = []
    for (const [id, network] of chosen.entries()) {
      if (network.group === group) own.push(yield* timeNetwork(engines, torch, network, id))
    }
    if (own.length === 0) continue
    lines.push(...own)
    yield* say(`\n${group}\n\n${timesTable(own)}`)
    const ratios = ratiosTable(own)
    if (ratios !== undefined) yield* say(`\n${ratios}`)
    yield* say(`\n${limitsTable(own)}`)
    for (const reason of reasons(own)) yield* say(reason)
  }
  if (options.json) yield* Console.log(toJson({ machine, absent, networks: lines.map(asJson) }, 2))
}).pipe(Effect.scoped)

await Effect.runPromise(program)
