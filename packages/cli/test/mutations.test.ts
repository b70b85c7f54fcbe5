/**
 * Files that were damaged at random: a message or a result, never a defect and never a wait.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Note from "@rocflow/core/data/Note"
import * as Table from "@rocflow/core/data/Table"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as fc from "fast-check"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { plan } from "../src/commands/plan.ts"
import { folder, remove } from "./support/cli.ts"

const header = "id,x,when,site,y"
const rows = Array.from(
  { length: 30 },
  (_, i) =>
    `${i},${(Math.sin(i) * 3).toFixed(3)},2024-01-${String(i + 1).padStart(2, "0")},${"ns"[i % 2]},${i % 3 === 0 ? "ill" : "well"}`
)
const data = `${header}\n${rows.join("\n")}\n`

const experiment = `seed: 1
tasks:
  - { file: d.csv, target: y, positive: ill, stratum: [site, y], subset: site, ignore: id, na: ["", NA], dropMissing: [target] }
learners:
  - Featureless
  - id: net
    pipeline:
      - { type: Preprocess.impute, method: median }
      - Preprocess.dates
      - Preprocess.oneHot
      - Ingress.numeric
      - Nn.head
      - { type: Aum.loss, denominator: rate }
      - { type: Optimizer.sgd, learningRate: 0.1 }
      - { type: Model.classif, epochs: 3, batchSize: all, validation: { holdout: 0.3, measures: [auc], patience: 20 } }
  - { type: Tree, preprocess: [Preprocess.dates] }
resamplings:
  - { type: sameOther, folds: 2 }
measures: [auc, error, { type: auc, average: micro }]
`

const cells = [
  '"',
  ",",
  ";",
  "\r",
  "\t",
  "\0",
  "é",
  "😀",
  "N/A",
  "1e999",
  "0007",
  "-",
  "'",
  "#",
  "null",
  "1,5",
  "1_0",
  "\ufeff"
]
const marks = [
  "[",
  "]",
  "{",
  "}",
  ":",
  "- ",
  "null",
  "1e999",
  "*a",
  "!!binary x",
  "\t",
  "|",
  "'",
  '"',
  ".nan",
  "__proto__",
  "constructor",
  "\u001b[2J",
  "&a [*a]",
  "<<: *a",
  "? ",
  "2147483648",
  "1e308",
  "-1",
  "[".repeat(2000),
  "{ a: ".repeat(300),
  "[".repeat(150) + "]".repeat(150),
  "x".repeat(100_000),
  `a: &b [${"*b,".repeat(500)}]`
]

/** One change to a text: junk put in, a stretch left out or doubled, a line moved, the end cut off. */
type Change = readonly [kind: number, at: number, to: number, junk: string]

const change = (text: string, [kind, at, to, junk]: Change): string => {
  const [from, until] = [Math.floor(at * text.length), Math.floor(to * text.length)]
  const lines = text.split("\n")
  const [line, other] = [Math.floor(at * lines.length), Math.floor(to * lines.length)]
  switch (kind) {
    case 0:
      return text.slice(0, from) + junk + text.slice(from)
    case 1:
      return text.slice(0, from) + text.slice(from + 1 + Math.floor(to * 10))
    case 2:
      return text.slice(0, from) + text.slice(until, until + 25) + text.slice(from)
    case 3:
      return lines.toSpliced(line, 1).join("\n")
    case 4:
      return lines.toSpliced(line, 1, lines[other] ?? junk).join("\n")
    default:
      return text.slice(0, Math.floor((0.5 + at / 2) * text.length))
  }
}

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const changes = (junk: ReadonlyArray<string>) =>
  fc.array(fc.tuple(fc.nat(5), share, share, fc.constantFrom(...junk)), { minLength: 1, maxLength: 4 })

/** What an attempt came to: a result, or the message of a typed error. */
const attempt = async <A, E>(effect: Effect.Effect<A, E>): Promise<A | string> => {
  const exit = await Effect.runPromiseExit(Effect.timeout(effect, "10 seconds"))
  if (Exit.isSuccess(exit)) return exit.value
  if (Cause.hasDies(exit.cause)) throw new Error(Cause.pretty(exit.cause))
  const error = Cause.squash(exit.cause)
  return error instanceof Error ? error.message : String(error)
}

/** Mutations of an experiment; more are tried by hand, after changes of how files are read. */
const runs = Number(process.env["ROCFLOW_MUTATIONS"] ?? 300)

let home: string
beforeAll(() => {
  home = folder({ "d.csv": data })
})
afterAll(() => remove(home))

/** The lines of a message that do not say where and what, or show what only we should see. */
const unfit = (message: string, form: RegExp): ReadonlyArray<string> =>
  message.split("\n").filter((line) => !form.test(line) || /^ +at |undefined|\[object/.test(line))

describe("mutated files", () => {
  it("of data are read or refused, in one line with what to do", async () => {
    await fc.assert(
      fc.asyncProperty(changes(cells), async (given) => {
        const file = join(home, "m.csv")
        writeFileSync(file, given.reduce(change, data))
        const read = await attempt(Table.fromFile(file))
        const said = typeof read === "string" ? [read] : read.notes.map(Note.message)
        expect(said.flatMap((message) => unfit(message, /m\.csv.*: .+\. .+\.$/))).toEqual([])
      }),
      { numRuns: 150, seed: 8 }
    )
  })

  it("of experiments are planned or refused, each problem in a line with its place", async () => {
    await fc.assert(
      fc.asyncProperty(changes(marks), async (given) => {
        const file = join(home, "m.yaml")
        writeFileSync(file, given.reduce(change, experiment))
        const before = process.cpuUsage()
        const planned = await attempt(plan(file).pipe(Effect.provide(NodeServices.layer)))
        const { system, user } = process.cpuUsage(before)
        expect((system + user) / 1e6).toBeLessThan(2)
        const said = typeof planned === "string" ? planned : ""
        for (const line of said.split("\n")) expect(line.length).toBeLessThan(2000)
        expect(said === "" ? [] : unfit(said, /m\.yaml(:\d+:\d+)?: .+|^ {2}the same at /)).toEqual([])
      }),
      { numRuns: runs, seed: 8 }
    )
  })

  it.each([
    ["lists in lists", "[".repeat(100_000), "is nested more than 100 deep"],
    [
      "learners in learners",
      `learners: [${"{type: Ensemble.bagging, learner: ".repeat(400)}Tree${"}".repeat(400)}]`,
      "is nested more than 100 deep"
    ],
    ["an alias within itself", "learners: [&a { type: Ensemble.bagging, learner: *a }]", "*a stands within &a itself"],
    [
      "aliases of aliases",
      `a: &a [x]\n${[..."bcdefgh"].map((c, i) => `${c}: &${c} [${`*${"abcdefgh"[i]},`.repeat(9)}]`).join("\n")}`,
      "multiply beyond measure"
    ],
    [
      "very many keys",
      Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join("\n"),
      "more problems; mend these first"
    ],
    ["a very long name", `learners: [${"a".repeat(1_000_000)}]`, "is not a known learner"],
    ["a very long key", `learners: [{ type: Tree, ${"a".repeat(1_000_000)}: 1 }]`, "is not a known key"],
    ["too many bytes", `# ${"a".repeat(10_000_000)}`, "more than 10000000; name an experiment file, not its data"]
  ])("with %s are refused soon and in short", async (_, text, rule) => {
    const file = join(home, "hostile.yaml")
    writeFileSync(file, text)
    const said = String(await attempt(plan(file).pipe(Effect.provide(NodeServices.layer))))
    expect(said).toContain(rule)
    for (const line of said.split("\n")) expect(line.length).toBeLessThan(2000)
  })
})
