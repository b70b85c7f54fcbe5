/** What clusters say that a cluster for tests never says: commands of SLURM that are played, by scripts first on the path. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { afterAll, afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as JobStates from "../../src/executor/JobStates.ts"
import * as Slurm from "../../src/executor/Slurm.ts"
import { toMegabytes, toMinutes } from "../../src/executor/slurm/limits.ts"
import * as Queue from "../../src/executor/slurm/Queue.ts"
import * as Script from "../../src/executor/slurm/script.ts"
import * as Run from "../../src/Run.ts"
import { poolDesign } from "../support/poolDesign.ts"
import { temporary } from "../support/runs.ts"

const path = process.env["PATH"]
let fake: string

/** Puts a command on the path; in it, $FAKE is its folder. */
const play = (name: string, script: string) => {
  const file = join(fake, name)
  writeFileSync(file, `#!/bin/bash\nFAKE=${fake}\n${script}\n`)
  chmodSync(file, 0o755)
}

/** Every array has this state in the answers of `squeue`, which asks for all of them in `--jobs`. */
const queueSays = (state: string) =>
  play("squeue", `for i in $(echo "$@" | sed 's/.*--jobs=//; s/ .*//; s/,/ /g'); do echo "\${i}_0|${state}"; done`)

beforeEach(() => {
  fake = mkdtempSync(join(tmpdir(), "rocflow-fake-"))
  process.env["PATH"] = `${fake}:${path}`
  play("sbatch", `echo "$@" >> $FAKE/submitted; wc -l < $FAKE/submitted`)
  play("scontrol", "echo 'MaxArraySize            = 3'")
  play("sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1")
})
afterEach(() => rmSync(fake, { recursive: true, force: true }))
afterAll(() => {
  process.env["PATH"] = path
})

/** The arguments of every `sbatch`. */
const submitted = () => readFileSync(join(fake, "submitted"), "utf8").trim().split("\n")

/** A run on the cluster that is played: 16 jobs, all in one task unless said otherwise. */
const start = (directory: string, options: Partial<Slurm.Options> = {}) =>
  Effect.flatMap(poolDesign("none"), (design) => Run.start(design, directory)).pipe(
    Effect.provide(
      Slurm.layer({ experiment: "e.yaml", command: () => ["true"], chunk: 100, looks: [0.1, 0.1], ...options }).pipe(
        Layer.provideMerge(NodeServices.layer)
      )
    )
  )

const test = <A, E>(name: string, body: (directory: string) => Effect.Effect<A, E>) =>
  it.live(name, () => Effect.flatMap(temporary, body).pipe(Effect.scoped))

const until = (holds: () => boolean) =>
  Effect.gen(function* () {
    for (let i = 0; i < 1000 && !holds(); i++) yield* Effect.sleep(20)
    assert.isTrue(holds())
  })

const errorsOf = (results: Run.Outcome["results"]) => [
  ...new Set(results.map(({ error }) => `${error?.tag}: ${error?.message}`))
]

describe("a cluster", () => {
  test("gives jobs twice the memory when they were out of it, until they count as failed", (directory) =>
    Effect.gen(function* () {
      queueSays("OUT_OF_MEMORY|125|OutOfMemory")
      const { results } = yield* start(directory, { memory: 100, attempts: 2, maxParallel: 7, partition: "short" })
      assert.deepStrictEqual(
        submitted().map((args) => /--mem=(\d+M)/.exec(args)?.[1]),
        ["100M", "200M"]
      )
      assert.include(submitted()[0], "--array=0-0%7 ")
      assert.include(submitted()[0], "--partition=short")
      assert.deepStrictEqual(errorsOf(results), [
        "OutOfMemory: task 0 of SLURM's array 2 needed more memory than 200 MB (tried 2 times); give more --memory and run again with --retry-failed"
      ])
    }))

  test("whose kernel kills for memory is understood by the exit code; without a number there is nothing to double", (directory) =>
    Effect.gen(function* () {
      queueSays(`FAILED|${137 << 8}|NonZeroExitCode`)
      const { results } = yield* start(directory)
      assert.strictEqual(submitted().length, 1)
      assert.include(
        errorsOf(results)[0],
        "OutOfMemory: task 0 of SLURM's array 1 needed more memory than its partition gives;"
      )
    }))

  test("that forgot a task is asked for its account", (directory) =>
    Effect.gen(function* () {
      play("squeue", "[ $1 = --version ] || { echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1; }")
      play("sacct", "echo '1_0|TIMEOUT|0:0'")
      const { results } = yield* start(directory, { time: 5, attempts: 1 })
      assert.deepStrictEqual(errorsOf(results), [
        "TimedOut: task 0 of SLURM's array 1 was ended by the time limit of 5 min; give more --time and run again with --retry-failed"
      ])
    }))

  test("that does not answer is waited for, and one that says COMPLETED is not believed without results", (directory) =>
    Effect.gen(function* () {
      play("squeue", "[ $1 = --version ] || { echo 'Unable to contact slurm controller' >&2; exit 1; }")
      const run = yield* Effect.forkChild(start(directory, { attempts: 1 }))
      yield* Effect.sleep(1500)
      assert.isUndefined(run.pollUnsafe())
      queueSays("COMPLETED|0|None")
      const { results } = yield* Fiber.join(run)
      assert.include(
        errorsOf(results)[0],
        "WorkerLost: task 0 of SLURM's array 1 was lost: its node failed or it crashed;"
      )
    }))

  test("that ends a task in the middle of a job has nothing against the jobs behind it", (directory) =>
    Effect.gen(function* () {
      queueSays("TIMEOUT|15|TimeLimit")
      // The task begins the first job of its chunk.
      play(
        "sbatch",
        `script="\${@: -1}"; folder="\${script%/*}"
        sed 's/.*"chunks":\\[\\["\\([0-9a-f]*\\)".*/begun \\1/' $folder/submission.json > $folder/0.jobs
        echo >> $folder/0.jobs
        echo "$@" >> $FAKE/submitted; wc -l < $FAKE/submitted`
      )
      const run = yield* Effect.forkChild(start(directory, { time: 5, looks: [1, 1] }))
      yield* Effect.sleep(800)
      const { manifest } = yield* Run.read(directory).pipe(Effect.provide(NodeServices.layer))
      const ids = manifest.jobs.map(({ id }) => id)
      const standings = yield* JobStates.of(directory, ids, []).pipe(Effect.provide(NodeServices.layer))
      const counts = Map.groupBy([...standings.values()], ({ state }) => state)
      assert.deepStrictEqual(Array.from(counts, ([state, own]) => [state, own.length]).sort(), [
        ["open", 15],
        ["timed out", 1]
      ])
      yield* until(() => submitted().length === 3)
      yield* Fiber.interrupt(run)
      const times = submitted()
        .slice(1)
        .map((args) => /--time=(\d+)/.exec(args)?.[1])
      assert.deepStrictEqual(times.sort(), ["10", "5"])
    }))

  test("that allows three tasks gets three, and says why they wait; cancelled jobs are not done", (directory) =>
    Effect.gen(function* () {
      queueSays("PENDING|0|Priority")
      const run = yield* Effect.forkChild(Effect.result(start(directory, { chunk: 1 })))
      yield* Effect.sleep(1000)
      assert.include(submitted()[0], "--array=0-2 ")
      const { manifest } = yield* Run.read(directory).pipe(Effect.provide(NodeServices.layer))
      const ids = manifest.jobs.map(({ id }) => id)
      const count = Effect.map(JobStates.of(directory, ids, []).pipe(Effect.provide(NodeServices.layer)), (standings) =>
        Map.groupBy([...standings.values()], ({ state }) => state)
      )
      // Tasks 1 and 2 are unknown to this queue.
      assert.deepStrictEqual([...(yield* count).keys()].sort(), ["lost", "pending"])
      queueSays("CANCELLED|15|None")
      const outcome = yield* Fiber.join(run)
      assert.include(
        Result.isFailure(outcome) ? outcome.failure.message : "",
        "SLURM's array 1 was cancelled; start again"
      )
      assert.isTrue((yield* count).has("cancelled"))
    }))

  test("that refuses ends the run with its words", (directory) =>
    Effect.gen(function* () {
      queueSays("PENDING|0|None")
      play("sbatch", "echo 'sbatch: error: Batch job submission failed: Invalid account' >&2; exit 1")
      const outcome = yield* Effect.result(start(directory, { account: "nobody" }))
      assert.include(
        Result.isFailure(outcome) ? outcome.failure.message : "",
        "SLURM's sbatch refused: sbatch: error: Batch job submission failed: Invalid account; change"
      )
    }))

  test("that is not there is missed before anything is submitted", (directory) =>
    Effect.gen(function* () {
      process.env["PATH"] = directory
      const outcome = yield* Effect.result(start(join(directory, "run")))
      assert.include(
        Result.isFailure(outcome) ? outcome.failure.message : "",
        "the command squeue is not on this machine"
      )
    }))
})

describe("what SLURM says", () => {
  it("is read from squeue: states, exit codes and reasons", () => {
    const seen = Queue.fromSqueue(
      "7_0|RUNNING|0|None\n7_1|COMPLETING|0|None\n7_2|NODE_FAIL|0|NodeDown\n7_3|FAILED|9|JobLaunchFailure\n7_4|FAILED|256|NonZeroExitCode\n7_5|REQUEUE_HOLD|0|x\n"
    )
    assert.deepStrictEqual(
      Array.from(seen.values(), ({ state }) => state),
      ["running", "running", "lost", "out of memory", "failed", "pending"]
    )
    assert.deepStrictEqual([...seen.keys()][3], "7_3")
    assert.strictEqual(seen.get("7_2")?.reason, "NodeDown")
  })

  it("is read from sacct", () => {
    const seen = Queue.fromSacct(
      "7_0|CANCELLED by 1000|0:15\n7_1|OUT_OF_MEMORY|0:125\n7_2|FAILED|137:0\n7_3|FAILED|1:0\n"
    )
    assert.deepStrictEqual(
      Array.from(seen.values(), ({ state }) => state),
      ["cancelled", "out of memory", "out of memory", "failed"]
    )
  })
})

describe("limits", () => {
  it("are read as SLURM writes them", () => {
    // sbatch(1): minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes, days-hours:minutes:seconds
    const times = ["90", "1:30", "2:00:00", "1-12", "1-12:30", "1-12:00:30", "0", "2h", ""]
    assert.deepStrictEqual(times.map(toMinutes), [90, 2, 120, 2160, 2190, 2161, undefined, undefined, undefined])
    const memory = ["500", "4G", "1.5G", "2048K", "1T", "0", "4 G", "many"]
    assert.deepStrictEqual(memory.map(toMegabytes), [500, 4096, 1536, 2, 1048576, undefined, undefined, undefined])
  })
})

describe("a template", () => {
  it("gets the command in words of a shell, and is refused without a place for it", () => {
    const filled = Script.fill("#!/bin/sh\nmodule load x\n{{command}}\n", ["/a b/node", "it's", "--submission", "1"])
    assert.deepStrictEqual(filled, Result.succeed("#!/bin/sh\nmodule load x\n'/a b/node' 'it'\\''s' --submission 1\n"))
    assert.isTrue(Result.isFailure(Script.fill("#!/bin/sh\n", ["x"])))
    assert.isTrue(Result.isFailure(Script.fill("{{command}}", ["x"])))
  })
})
