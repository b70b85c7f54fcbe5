/**
 * Bytes that rot on a disk: after each change of a file of a finished run, what is asked of it is as before, or refused by the
 * name of the file. `ROCFLOW_FLIPS` is the number of changes; 500 take some minutes.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { toJson } from "@rocflow/core/Json"
import * as Seed from "@rocflow/core/Seed"
import { model } from "@rocflow/report/fromRun"
import * as Run from "@rocflow/resampling/Run"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { afterAll, beforeAll, expect, it } from "vitest"
import { compare } from "../src/commands/compare.ts"
import { scores } from "../src/commands/scores.ts"
import { status } from "../src/commands/status.ts"
import { data, folder, remove, rocflow } from "./support/cli.ts"

const trials = Number(process.env["ROCFLOW_FLIPS"] ?? 30)

let home: string
let directory: string
beforeAll(async () => {
  home = folder({
    "d.csv": data(96),
    "e.yaml": `seed: 1
models: true
tasks:
  - { file: d.csv, target: y, positive: ill, features: [x, z], subset: site, stratum: [y] }
learners:
  - Featureless
  - { id: bce, pipeline: [Preprocess.standardise, Ingress.numeric, Nn.head, Bce.loss, { type: Optimizer.sgd, learningRate: 0.1 }, { type: Model.classif, epochs: 2 }] }
resamplings:
  - { type: sameOther, folds: 3, subsets: SOA }
measures: [auc, error, { type: auc, average: micro }]
`
  })
  directory = join(home, "run")
  const { code, stderr } = await rocflow(["run", "e.yaml", "--out", "run", "--workers", "2"], home)
  expect(stderr).toMatch(/36 jobs/)
  expect(code).toBe(0)
})
afterAll(() => remove(home))

/** What a command prints. */
const printed = <E>(command: Effect.Effect<unknown, E, NodeServices.NodeServices>) =>
  Effect.suspend(() => {
    const lines: Array<unknown> = []
    const log = (...args: ReadonlyArray<unknown>) => void lines.push(...args)
    return Effect.as(Effect.provideService(command, Console.Console, { ...console, log, error: log }), lines)
  }).pipe(Effect.provide(NodeServices.layer))

const none = Option.none<never>()

const commands = (): Readonly<Record<string, Effect.Effect<unknown, { readonly message: string }>>> => ({
  status: printed(status({ directory, json: true })),
  scores: printed(
    scores({ directory, average: none, pooled: false, interval: none, level: none, modules: [], json: true })
  ),
  pooled: printed(
    scores({ directory, average: none, pooled: true, interval: none, level: none, modules: [], json: true })
  ),
  compare: printed(compare({ directory, measure: none, by: none, json: true })),
  // Its page and figures are made of this.
  report: Effect.map(Effect.flatMap(Run.read(directory), model), (found) => toJson(found)).pipe(
    Effect.provide(NodeServices.layer)
  )
})

it(`${trials} bytes or ends of files of a finished run that are gone give no wrong number`, async () => {
  const ask = async () => {
    const found: Record<string, Exit.Exit<unknown, { readonly message: string }>> = {}
    for (const [name, command] of Object.entries(commands())) found[name] = await Effect.runPromiseExit(command)
    return found
  }
  const whole = await ask()
  for (const exit of Object.values(whole)) expect(exit).toMatchObject({ _tag: "Success" })
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).length > 0)
  const kindOf = (file: string) => file.slice(directory.length + 1).split(/[/\\]/)[0]!
  const kinds = [...Map.groupBy(files, kindOf).values()]
  const random = Seed.generator(Seed.root(Number(process.env["ROCFLOW_FLIPS_SEED"] ?? 1)))
  const counts: Record<string, { harmless: number; refused: number }> = {}
  const wrong: Array<string> = []
  for (let trial = 0; trial < trials; trial++) {
    const own = kinds[random.below(kinds.length)]!
    const file = own[random.below(own.length)]!
    const bytes = readFileSync(file)
    const at = random.below(bytes.length)
    const damaged = random.below(2) === 0 ? bytes.subarray(0, at) : Buffer.from(bytes)
    if (damaged.length === bytes.length) damaged[at]! ^= 1 << random.below(8)
    writeFileSync(file, damaged)
    const name = file.slice(directory.length + 1)
    for (const [command, exit] of Object.entries(await ask())) {
      const count = (counts[`${kindOf(file)}, ${command}`] ??= { harmless: 0, refused: 0 })
      const given = `${name}, ${damaged.length < bytes.length ? "cut" : "flipped"} at ${at}: ${command}`
      if (Exit.isSuccess(exit)) {
        count.harmless += 1
        const before = whole[command]!
        if (!Exit.isSuccess(before) || toJson(exit.value) !== toJson(before.value))
          wrong.push(`${given} says otherwise`)
      } else {
        count.refused += 1
        const error = Cause.findErrorOption(exit.cause)
        const message = Option.match(error, {
          onNone: () => Cause.pretty(exit.cause),
          onSome: (found) => found.message
        })
        if (Option.isNone(error) || !(message.includes(name) || / of them are gone/.test(message))) {
          wrong.push(`${given} fails: ${message}`)
        }
      }
    }
    writeFileSync(file, bytes)
  }
  if (process.env["ROCFLOW_FLIPS"] !== undefined) console.table(counts)
  expect(wrong).toEqual([])
  expect(Object.values(counts).some(({ refused }) => refused > 0)).toBe(true)
}, 3_600_000)
