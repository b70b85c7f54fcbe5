import * as Auto from "@rocflow/core/engine/Auto"
import { afterAll, beforeAll, describe, expect, it, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Manifest from "@rocflow/resampling/Manifest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Layer from "effect/Layer"
import { execFile } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { foreignCode, foreignOutput } from "../../support/readme.ts"
import { bearingsCsv, pumpsCsv } from "../generate.ts"
import { program, render } from "../main.ts"
import * as Pumps from "../pumps.ts"

const folder = new URL("../", import.meta.url)
const root = fileURLToPath(new URL("../../", folder))
const bin = join(root, "packages/cli/bin/rocflow.js")
const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8")
const readme = read("README.md")

/** The blocks of the README that are mistakes. */
const mistakes = (language: string): ReadonlyArray<string> =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language} mistake\\n(.*?)\\n\`\`\`$`, "gms"))].map((match) => match[1]!)

let home = ""

/** Everything that a command prints, in a folder with the experiment. */
const printedBy = (...args: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: home, env: { ...process.env, COLUMNS: "80" } }, (_, out, err) =>
      resolve(out + err)
    )
  })

const prelude = `
  import { Ingress, Merge, Model, Nn, Optimizer } from "@rocflow/core"
  import { Mse } from "@rocflow/losses"
  const measured = Ingress.numeric(["vibration", "current", "pressure"]).pipe(Nn.linear(16))
`

/** The experiment with the mistake of the README: the branch of categories has lost what followed its ingress. */
const mistaken = (): string => {
  const [branch = ""] = mistakes("yaml")
  const text = read("experiment.yaml")
  const from = text.indexOf(branch)
  if (branch === "" || from < 0) throw new Error("the README's YAML is not a part of experiment.yaml")
  const after = from + branch.length
  return text.slice(0, after) + text.slice(text.indexOf("\n      - Nn.relu", after))
}

/** What the README's commands and mistakes print. */
let printed = { inspect: "", run: "", mistake: "", compiler: "" }

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "rocflow-multimodal-"))
  symlinkSync(join(root, "node_modules"), join(home, "node_modules"))
  for (const name of ["experiment.yaml", "pumps.csv"]) copyFileSync(new URL(name, folder), join(home, name))
  mistakes("ts").forEach((code, i) => writeFileSync(join(home, `${i}.ts`), `${prelude}\n${code}\n`))
  const options = { noEmit: true, composite: false, incremental: false, declaration: false, noUnusedLocals: false }
  writeFileSync(join(home, "package.json"), '{ "type": "module" }')
  writeFileSync(
    join(home, "tsconfig.json"),
    JSON.stringify({ extends: join(root, "tsconfig.base.json"), compilerOptions: options, include: ["*.ts"] })
  )
  const [inspect, run, compiled] = await Promise.all([
    printedBy(bin, "inspect", "experiment.yaml"),
    printedBy(bin, "run", "experiment.yaml", "--out", "run"),
    printedBy(compiler, "-p", home, "--pretty", "false")
  ])
  writeFileSync(join(home, "experiment.yaml"), mistaken())
  printed = { inspect, run, compiler: compiled, mistake: await printedBy(bin, "inspect", "experiment.yaml") }
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

/** What the program found, computed once for all tests. */
class Found extends Context.Service<Found, Effect.Success<typeof program>>()("test/Found") {}

layer(Layer.effect(Found, program).pipe(Layer.provide(Auto.layer())))("main.ts", (it) => {
  it.effect("and the commands print what the README says", () =>
    Effect.gen(function* () {
      const all = [render(yield* Found), ...Object.values(printed)].join("\n")
      expect(foreignOutput(folder, all)).toEqual([])
    })
  )

  it.effect("finds that the network is the best of the regressions, and that each branch adds something", () =>
    Effect.gen(function* () {
      const { friction, pumps } = yield* Found
      for (const { meanDiff, significant } of friction.tests.filter(({ learner }) => learner === "MLP")) {
        expect([significant, Number(meanDiff) < -3]).toEqual([true, true])
      }
      const all = pumps.tests.filter(({ learner }) => learner === "all")
      expect(all).toHaveLength(7)
      expect(all.filter(({ significant }) => !significant)).toEqual([])
    })
  )
})

describe("experiment.yaml", () => {
  it.effect("plans the jobs of pumps.ts, by the same ids", () =>
    Effect.gen(function* () {
      const { jobs } = yield* Pumps.plan
      const planned = Result.getOrThrow(Manifest.fromText(readFileSync(join(home, "run/design.json"), "utf8")))
      expect(planned.jobs.map(({ id }) => id).sort()).toEqual(jobs.map(({ id }) => id).sort())
    })
  )
})

describe("the README", () => {
  it("has code that is in the programs", () => {
    const foreign = new Set(foreignCode(folder, "pumps.ts"))
    expect(foreignCode(folder, "friction.ts").filter((block) => foreign.has(block))).toEqual([])
  })

  it("shows every mistake", () => {
    expect([mistakes("ts").length, mistakes("yaml").length]).toEqual([2, 1])
    expect(printed.compiler.match(/^\d\.ts\(/gm)).toEqual(["0.ts(", "1.ts("])
  })

  it("says how many rows there are", () => {
    const rows = (name: string) => read(name).trim().split("\n").length - 1
    expect(readme).toContain(`\`bearings.csv\` has ${rows("bearings.csv")} bearings`)
    expect(readme).toContain(`\`pumps.csv\` has ${rows("pumps.csv")} pumps`)
  })

  it("is about the data that the generator makes", () => {
    expect(read("bearings.csv")).toBe(bearingsCsv())
    expect(read("pumps.csv")).toBe(pumpsCsv())
  })
})
