/** What was timed, as text and as plain data. */
import * as Spread from "../../resampling/bench/spread.ts"
import type * as Experiment from "./experiment.ts"
import type { Network } from "./networks.ts"
import type { Cost } from "./steps.ts"

/** A network and its times. */
export interface Line {
  readonly network: Network
  readonly cost: Cost
  /** Seconds a step of every round, by runner; or why there are none. */
  readonly times: ReadonlyMap<string, ReadonlyArray<number> | string>
}

const isPeer = (name: string): boolean => name.startsWith("torch")

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

export const timesTable = (lines: ReadonlyArray<Line>): string => {
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

export const ratiosTable = (lines: ReadonlyArray<Line>): string | undefined => {
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
export const limitsTable = (lines: ReadonlyArray<Line>): string => {
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

export const reasons = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  lines
    .flatMap((line) =>
      Array.from(line.times, ([name, times]) =>
        typeof times === "string" ? `${titleOf(line)} on ${name}: ${times}` : ""
      )
    )
    .filter((reason) => reason !== "")

export const asJson = (line: Line) => {
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

/** The whole experiment, ours and PyTorch's one after the other. */
export interface Whole {
  readonly engine: string
  readonly images: string
  readonly epochs: number
  readonly jobs: number
  readonly pairs: ReadonlyArray<{ readonly own: Experiment.Outcome; readonly peer: Experiment.Outcome | string }>
}

export const experimentText = ({ engine, epochs, images, jobs, pairs }: Whole): string => {
  const cells = (outcomes: ReadonlyArray<Experiment.Outcome>) => [
    Spread.text(Spread.of(outcomes.map(({ seconds }) => seconds)), 1, "s"),
    `${(100 * outcomes[0]!.error).toFixed(2)} %`
  ]
  const both = pairs.flatMap(({ own, peer }) => (typeof peer === "string" ? [] : [{ own, peer }]))
  const absent = pairs.flatMap(({ peer }) => (typeof peer === "string" ? [`PyTorch: ${peer}`] : [])).slice(0, 1)
  const lines = [
    [`${jobs} jobs of ${epochs} epochs`, "time", "mean test error"],
    [engine, ...cells(pairs.map(({ own }) => own))],
    ...(both.length === 0 ? [] : [["PyTorch", ...cells(both.map(({ peer }) => peer))]])
  ]
  const ratio = both.map(({ own, peer }) => peer.seconds / own.seconds)
  return [
    `images: ${images}`,
    Spread.table(lines),
    ...(both.length === 0 ? [] : [`PyTorch / ${engine}: ${Spread.text(Spread.of(ratio), 1, "")}`]),
    ...absent
  ].join("\n")
}
