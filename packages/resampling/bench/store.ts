/**
 * The store of a run at a million jobs: how long its reading takes and how much memory, each in a process of its own.
 *
 *     node packages/resampling/bench/store.ts [jobs]
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Checked from "@rocflow/resampling/Checked"
import * as Compare from "@rocflow/resampling/Compare"
import * as Compacted from "@rocflow/resampling/Compacted"
import * as Manifest from "@rocflow/resampling/Manifest"
import * as Run from "@rocflow/resampling/Run"
import * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Score from "@rocflow/resampling/Score"
import * as Status from "@rocflow/resampling/Status"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const tasks = 100
const learners = 10

/** What a run of so many jobs is about: 100 tasks, 10 learners, and as many splits as it takes. */
const parts = (jobs: number) => {
  const splits = Math.round(jobs / tasks / learners)
  const column = <A>(of: (split: number) => A) => Array.from({ length: splits }, (_, split) => of(split))
  return {
    hash: "synthetic",
    seed: 1,
    tasks: Array.from({ length: tasks }, (_, i) => ({
      id: `task ${i}`,
      kind: "binary" as const,
      rows: 1000,
      roles: { feature: ["a", "b"], target: ["y"], subset: ["site"] },
      levels: [
        { name: "no", count: 900 },
        { name: "yes", count: 100 }
      ],
      subsets: [
        { name: "north", count: 500 },
        { name: "south", count: 500 }
      ],
      hash: `task hash ${i}`
    })),
    learners: Array.from({ length: learners }, (_, i) => ({
      id: `learner ${i}`,
      hash: `learner hash ${i}`,
      json: "Featureless"
    })),
    resamplings: [{ text: "same, other, all", json: { type: "sameOther", folds: 10 } }],
    measures: ["auc", "error"].map((id) => ({ id, label: id, range: [0, 1] as const, json: id })),
    pooled: [],
    warnings: [],
    models: false,
    context: {},
    provenance: {},
    splits: Array.from({ length: tasks }, (_, task) => ({
      task,
      resampling: 0,
      iteration: column((i) => i),
      testSubset: column((i) => (i % 2 === 0 ? "north" : "south")),
      trainSubsets: column((i) => (["same", "other", "all"] as const)[i % 3]!),
      groups: column(() => 450),
      testFold: column((i) => i % 10),
      seed: column((i) => Math.floor(i / 30)),
      nTrainGroups: column(() => 450),
      repetition: column(() => 1),
      trainRows: column(() => 450),
      testRows: column(() => 50)
    }))
  }
}

/** Writes the results of all jobs in four segments, as four workers would. */
const write = (directory: string, jobs: number): void => {
  const manifest = Manifest.ofParts(parts(jobs))
  mkdirSync(join(directory, "results"), { recursive: true })
  writeFileSync(join(directory, "design.json"), Manifest.toText(manifest))
  const files = [0, 1, 2, 3].map((i) => openSync(join(directory, "results", `worker-${i}.jsonl`), "w"))
  let lines: Array<string> = []
  for (const [i, { id, job }] of manifest.jobs.entries()) {
    lines.push(
      Checked.write({
        id,
        job,
        status: "ok",
        scores: { auc: (i * 0.618034) % 1, error: (i * 0.414214) % 1 },
        training: undefined,
        predictions: id.repeat(3).slice(0, 64),
        seconds: 0.01,
        at: 1.8e12 + i
      })
    )
    if (lines.length === 5000) {
      writeSync(files[(i / 5000) & 3]!, `${lines.join("\n")}\n`)
      lines = []
    }
  }
  writeSync(files[0]!, lines.map((line) => `${line}\n`).join(""))
  for (const file of files) closeSync(file)
}

/** What is timed, each in a process of its own. */
const steps = {
  name: (directory: string) =>
    Effect.map(RunDirectory.requireManifest(directory), ({ jobs }) => `${jobs.length} jobs named`),
  results: (directory: string) => Effect.map(Run.read(directory), ({ results }) => `${results.length} results read`),
  compact: (directory: string) =>
    Effect.scoped(
      Effect.gen(function* () {
        const manifest = yield* RunDirectory.requireManifest(directory)
        const keeper = yield* Compacted.keeper(directory, manifest, 0)
        yield* keeper.end
        return "compacted"
      })
    ),
  status: (directory: string) =>
    Effect.map(Status.of(directory), ({ cells }) => `${cells.length} cells, ${cells[0]!.states.finished} finished`),
  scores: (directory: string) =>
    Effect.map(Run.scores(directory), ({ rows }) => `${Score.aggregate(rows).length} cells, ${rows.length} rows`),
  compare: (directory: string) =>
    Effect.gen(function* () {
      const { rows } = yield* Run.scores(directory)
      return `${(yield* Compare.pvalues(rows, { measure: "auc" })).length} tests`
    })
} as const

const isStep = (name: string | undefined): name is keyof typeof steps => name !== undefined && name in steps

/** Runs a step here, and prints what it saw and used. */
const run = async (step: keyof typeof steps, directory: string): Promise<void> => {
  const found = await Effect.runPromise(Effect.provide(steps[step](directory), NodeServices.layer))
  const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage()
  console.log(
    [
      step.padEnd(8),
      `${performance.now().toFixed(0).padStart(7)} ms`,
      `${((userCPUTime + systemCPUTime) / 1000).toFixed(0).padStart(7)} ms of processors`,
      `${(maxRSS / 1024).toFixed(0).padStart(6)} MB`,
      found
    ].join("  ")
  )
}

const [first, second] = process.argv.slice(2)
if (isStep(first)) await run(first, second!)
else {
  const directory = mkdtempSync(join(tmpdir(), "rocflow-store-"))
  try {
    write(directory, Number(first ?? 1_000_000))
    for (const step of ["name", "results", "compact", "status", "scores", "compare"] as const) {
      for (const _ of step === "compact" ? [1] : [1, 2, 3]) {
        execFileSync(process.execPath, [fileURLToPath(import.meta.url), step, directory], { stdio: "inherit" })
      }
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}
