import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as JobStates from "@rocflow/resampling/executor/JobStates"
import * as Run from "@rocflow/resampling/Run"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { changed, data, folder, remove, rocflow, start } from "./support/cli.ts"
import { startCluster } from "./support/slurm.ts"

const cluster = startCluster()
// A test that does not run must be seen not to run.
if (typeof cluster === "string") process.stderr.write(`packages/cli/test/slurm.test.ts is skipped: ${cluster}\n`)

/** Learners that predict by the share of positives, after they waited for a file or used up memory. */
const troubles = `
import { existsSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { Learner, Prediction } from ${JSON.stringify(import.meta.resolve("@rocflow/core"))}
import * as Effect from ${JSON.stringify(import.meta.resolve("effect/Effect"))}
import * as Schema from ${JSON.stringify(import.meta.resolve("effect/Schema"))}

const make = (id, options, before) =>
  Learner.define({
    id,
    summary: "Predicts the share of positives, with trouble",
    accepts: ["binary"],
    weighted: false,
    options: Schema.Struct(options),
    state: Schema.Struct({ share: Schema.Finite }),
    train: (given, task) =>
      Effect.promise(async () => {
        await before(given)
        return { share: task.target.reduce((sum, code) => sum + (code === 0 ? 1 : 0), 0) / task.rows }
      }),
    predict: (_, { share }, rows) =>
      Effect.succeed(Prediction.fromOutputs(rows, new Float64Array(rows.rows).fill(share + 0.1), "prob"))
  }).definition

export const definitions = [
  make("My.waiting", { file: Schema.String }, async ({ file }) => {
    for (let i = 0; i < 3000 && !existsSync(file); i++) await sleep(50)
  }),
  // 350 MB for two seconds: the memory of a task is looked at once a second.
  make("My.hungry", {}, async () => {
    const held = Array.from({ length: 35 }, () => Buffer.alloc(1e7, 1))
    await sleep(2500)
    if (held.length === 0) throw new Error("optimised away")
  })
]
`

interface Todo {
  readonly id: string
  readonly learner: string
  readonly state: string
  readonly where: string
}

describe.skipIf(typeof cluster === "string")("rocflow run --executor slurm", () => {
  if (typeof cluster === "string") return
  const { env, failNode, repairNode, scontrol, stop } = cluster
  let home: string
  const cli = (...args: ReadonlyArray<string>) => rocflow(args, home, env)
  const succeed = async (...args: ReadonlyArray<string>) => {
    const ended = await cli(...args)
    if (ended.code !== 0) throw new Error(`rocflow ${args.join(" ")}: ${ended.stderr}`)
    return ended
  }

  /** Lets learners go on that wait. */
  const letGo = (...names: ReadonlyArray<string>) => {
    for (const name of names) writeFileSync(join(home, name), "")
  }

  beforeAll(async () => {
    Object.assign(process.env, env)
    home = folder({ "d.csv": data(), "plain.yaml": changed(["epochs: 2", "epochs: 3"]) })
    const late = `{ id: late, type: My.waiting, file: "${join(home, "late")}" }`
    const stuck = `{ id: stuck, type: My.waiting, file: "${join(home, "stuck")}" }`
    const withLearners = (...learners: ReadonlyArray<string>) =>
      changed(
        ["seed: 1", "seed: 1\nmodules: [./troubles.ts]"],
        ["learners:", ["learners:", ...learners].join("\n  - ")],
        ["folds: 3", "folds: 2"]
      )
    writeFileSync(join(home, "e.yaml"), withLearners(late, stuck, "{ id: hungry, type: My.hungry }"))
    writeFileSync(join(home, "stuck.yaml"), withLearners(stuck))
    writeFileSync(join(home, "troubles.ts"), troubles)
    letGo("late", "stuck")
    await succeed("run", "e.yaml", "--out", "alone", "--workers", "1")
    for (const name of ["late", "stuck"]) rmSync(join(home, name))
  })
  afterAll(() => {
    stop()
    remove(home)
  })

  /** What `rocflow todo` shows, without the start of a process each time that it is asked. */
  const todo = (): Promise<ReadonlyArray<Todo>> =>
    Effect.gen(function* () {
      const { manifest, results } = yield* Run.read(join(home, "run"))
      const ids = manifest.jobs.map(({ id }) => id)
      const standings = yield* JobStates.of(join(home, "run"), ids, results)
      return manifest.jobs.flatMap(({ id, job: { learner } }) => {
        const standing = standings.get(id)!
        return standing.state === "finished" ? [] : [{ id, learner, ...standing }]
      })
    }).pipe(Effect.provide(NodeServices.layer), Effect.runPromise)

  /** The states of what is left, by learner. */
  const states = (rows: ReadonlyArray<Todo>): Readonly<Record<string, ReadonlyArray<string>>> =>
    Object.fromEntries(
      Array.from(
        Map.groupBy(rows, ({ learner }) => learner),
        ([id, own]) => [id, own.map(({ state }) => state).sort()]
      )
    )

  /** Waits until what is left stands so. */
  const until = async (learner: string, expected: ReadonlyArray<string>, seconds: number) => {
    let rows = await todo()
    for (const end = Date.now() + seconds * 1000; Date.now() < end; rows = await todo()) {
      if (JSON.stringify(states(rows)[learner]) === JSON.stringify(expected)) return rows
      await sleep(300)
    }
    expect(states(rows)[learner]).toEqual(expected)
    return rows
  }

  /** Starts the run and kills it as soon as its array is there. */
  const submitAndLeave = async (file: string, out: string, ...args: ReadonlyArray<string>) => {
    const { child, ended } = start(["run", file, "--out", out, "--executor", "slurm", ...args], home, env)
    const submitted = () => existsSync(join(home, out, "slurm", "1", "array"))
    while (!submitted() && child.exitCode === null) await sleep(50)
    child.kill("SIGKILL")
    expect(await ended).toMatchObject({ signal: "SIGKILL" })
  }

  const submission = (number: number) =>
    JSON.parse(readFileSync(join(home, "run", "slurm", String(number), "submission.json"), "utf8")) as {
      readonly chunks: ReadonlyArray<ReadonlyArray<string>>
      readonly needs: object
    }
  /** The SHA-256 of what each job predicted. */
  const predictionsOf = async (directory: string) => {
    const { results } = await Effect.runPromise(Effect.provide(Run.read(join(home, directory)), NodeServices.layer))
    return results.map(({ id, predictions }) => [id, predictions])
  }
  const scoresOf = async (directory: string) => {
    const { stdout } = await cli("scores", directory, "--json")
    return (JSON.parse(stdout) as ReadonlyArray<Record<string, unknown>>).map(({ seconds: _, ...row }) => row)
  }

  it("is ended by `rocflow cancel`, and goes on when it is started again", async () => {
    await submitAndLeave("stuck.yaml", "cancelled", "--chunk", "3")
    expect((await succeed("cancel", "cancelled")).stdout).toMatch(/^SLURM was told to end array \d+\n$/)
    const cancelled = async () => {
      const { stdout } = await succeed("status", "cancelled", "--json")
      return JSON.parse(stdout) as ReadonlyArray<{ readonly learner: string; readonly cancelled: number }>
    }
    // SLURM takes its time to end them.
    let rows = await cancelled()
    for (const end = Date.now() + 20_000; Date.now() < end && rows[0]!.cancelled < 2; rows = await cancelled())
      await sleep(300)
    expect(rows[0]).toMatchObject({ learner: "stuck", finished: 0, cancelled: 2 })
    letGo("stuck")
    // One task at a time, in which two processes share the jobs.
    const args = ["--executor", "slurm", "--cpus", "2", "--chunk", "6", "--max-parallel", "1"]
    await succeed("run", "stuck.yaml", "--out", "cancelled", ...args)
    const alone = (await scoresOf("alone")).filter(({ learner }) => rows.some((row) => row.learner === learner))
    expect(await scoresOf("cancelled")).toEqual(alone)
  }, 120_000)

  it("says what a script printed that does not work on the nodes, and stops", async () => {
    writeFileSync(join(home, "bad.sh"), "#!/bin/bash\necho module nonesuch is not there >&2\nexit 1\n{{command}}\n")
    const { code, stderr } = await cli(
      "run",
      "plain.yaml",
      "--out",
      "bad",
      "--executor",
      "slurm",
      "--template",
      "bad.sh"
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /a task of SLURM's array \d+ cannot work: module nonesuch is not there; look into slurm\/1\/\d+\.log/
    )
    const refused = await cli("run", "plain.yaml", "--out", "refused", "--executor", "slurm", "--partition", "nonesuch")
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/SLURM's sbatch refused: .*invalid partition specified/i)
  }, 120_000)

  it("ends with the scores of a run in one process, whatever befalls its tasks", async () => {
    rmSync(join(home, "stuck"), { force: true })
    await submitAndLeave("e.yaml", "run", "--time", "10", "--memory", "400M", "--chunk", "1")
    expect(submission(1)).toMatchObject({ needs: { time: 10, memory: 400 }, chunks: { length: 10 } })

    // Nobody watches: what became of the tasks is found out from the queue and the directory alone.
    await until("hungry", ["out of memory", "out of memory"], 40)
    const rows = await until("late", ["running", "running"], 20)
    for (const { where } of rows.filter(({ learner }) => learner === "late")) {
      scontrol("update", `jobid=${where.replace("SLURM ", "")}`, "EndTime=now")
    }
    await until("late", ["timed out", "timed out"], 50)
    failNode()
    const left = await until("stuck", ["lost", "lost"], 10)
    expect(left.map(({ learner }) => learner).sort()).toEqual(["hungry", "hungry", "late", "late", "stuck", "stuck"])
    const table = (await cli("status", "run")).stdout
    expect(table).toMatch(/^task +learner +jobs +finished +failed +timed out +out of memory +lost +computed\n/m)
    expect(table).toMatch(/^d +late +2 +0 +0 +2 +0 +0 +0\.0 s$/m)
    expect((await cli("todo", "run")).stdout).toMatch(/^[0-9a-f]{8} +lost +d +stuck +fold 1 +SLURM \d+_\d$/m)
    const log = await cli("logs", "run", left.find(({ state }) => state === "timed out")!.id)
    expect(log.stdout).toContain("DUE TO TIME LIMIT")

    letGo("late", "stuck")
    repairNode()
    await succeed("run", "e.yaml", "--out", "run", "--executor", "slurm", "--time", "10", "--memory", "400M")
    // Each need has an array: as before, twice the time, twice the memory.
    expect([2, 3, 4].map((number) => submission(number)).map(({ chunks, needs }) => [chunks.length, needs])).toEqual(
      expect.arrayContaining([
        [2, { time: 10, memory: 400 }],
        [2, { time: 20, memory: 400 }],
        [2, { time: 10, memory: 800 }]
      ])
    )
    expect(await scoresOf("run")).toEqual(await scoresOf("alone"))
    expect((await cli("todo", "run")).stdout).toBe("all 10 jobs are finished\n")
  }, 240_000)

  it("has the predictions of a run in one process, of a pool, and of workers of which one is killed, to the last bit", async () => {
    await succeed("run", "e.yaml", "--out", "pool", "--executor", "processes", "--workers", "2")
    for (const name of ["late", "stuck"]) rmSync(join(home, name))
    const starter = start(["run", "e.yaml", "--out", "pulled", "--executor", "workers", "--lease", "1"], home, env)
    while (!existsSync(join(home, "pulled", "workers"))) await sleep(50)
    const doomed = start(["worker", "pulled", "--workers", "2"], home, env)
    const isBusy = async () =>
      (
        JSON.parse((await cli("status", "pulled", "--json")).stdout) as ReadonlyArray<{ readonly running: number }>
      ).some(({ running }) => running > 0)
    while (!(await isBusy())) await sleep(200)
    doomed.child.kill("SIGKILL")
    await doomed.ended
    letGo("late", "stuck")
    await succeed("worker", "pulled", "--workers", "2")
    expect(await starter.ended).toMatchObject({ code: 0 })
    const alone = await scoresOf("alone")
    const predictions = await predictionsOf("alone")
    for (const directory of ["run", "pool", "pulled"]) {
      expect(await scoresOf(directory)).toEqual(alone)
      expect(await predictionsOf(directory)).toEqual(predictions)
    }
  }, 240_000)
})
