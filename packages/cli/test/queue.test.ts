import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Run from "@rocflow/resampling/Run"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { predictedIn } from "../../resampling/test/support/records.ts"
import { changed, data, type Ended, experiment, folder, remove, rocflow, start } from "./support/cli.ts"
import { freePort, startServer } from "./support/postgres.ts"

const server = await startServer()
// A test that does not run must be seen not to run.
if (typeof server === "string") process.stderr.write(`packages/cli/test/queue.test.ts is skipped: ${server}\n`)

/** Predicts the share of positives; ends its process at those of the learner `deadly`. */
const troubles = `
import { Learner, Prediction } from ${JSON.stringify(import.meta.resolve("@rocflow/core"))}
import * as Effect from ${JSON.stringify(import.meta.resolve("effect/Effect"))}
import * as Schema from ${JSON.stringify(import.meta.resolve("effect/Schema"))}

const make = (id, before) =>
  Learner.define({
    id,
    summary: "Predicts one half, or ends its process",
    accepts: ["binary"],
    weighted: false,
    options: Schema.Struct({}),
    state: Schema.Struct({}),
    train: () => Effect.sync(() => (before(), {})),
    predict: (_, __, rows) =>
      Effect.succeed(Prediction.fromOutputs(rows, new Float64Array(rows.rows).fill(0.5), "prob"))
  }).definition

export const definitions = [
  make("My.half", () => {}),
  make("My.deadly", () => process.kill(process.pid, "SIGKILL"))
]
`

/** Jobs that take long enough to be killed in the middle. */
const long = changed(["folds: 3", "folds: 6"], ["epochs: 2", "epochs: 4000"])

describe.skipIf(typeof server === "string")("a queue in PostgreSQL", () => {
  if (typeof server === "string") return
  const { encrypt, port, restart, sql, stop } = server
  const shown = `postgres://rocflow@127.0.0.1:${port}/postgres`
  const env = { ROCFLOW_QUEUE: `postgres://rocflow:secret@127.0.0.1:${port}/postgres` }
  /** Where runs are started, and where workers are, which have nothing but rocflow and the address. */
  let home: string
  let elsewhere: string
  const run = (...args: ReadonlyArray<string>) => start(["run", ...args], home, env)
  const worker = (...args: ReadonlyArray<string>) => start(["worker", ...args], elsewhere, env)
  const cli = (...args: ReadonlyArray<string>) => rocflow(args, home, env)

  beforeAll(async () => {
    elsewhere = folder({})
    home = folder({
      "d.csv": data(),
      "e.yaml": changed(["seed: 1", "seed: 1\nmodels: true\nexecutor: { type: workers, lease: 5 }"]),
      "long.yaml": long,
      "other/o.csv": data(60),
      "other/e.yaml": changed(["d.csv", "./o.csv"]),
      "troubles.ts": troubles,
      "m.yaml": changed(
        ["seed: 1", "seed: 1\nmodules: [./troubles.ts]"],
        ["  - type: Featureless", "  - { id: half, type: My.half }\n  - { id: deadly, type: My.deadly }"],
        ["folds: 3", "folds: 2"]
      )
    })
    await rocflow(["run", "e.yaml", "--out", "alone", "--executor", "processes", "--workers", "1"], home)
  }, 300_000)
  afterAll(() => {
    stop()
    for (const directory of [home, elsewhere]) remove(directory)
  })

  /** The records of a run, without what differs between two runs of a job. */
  const recordsOf = async (directory: string) => {
    const { results } = await Effect.runPromise(Effect.provide(Run.read(join(home, directory)), NodeServices.layer))
    const predicted = predictedIn(join(home, directory), "binary")
    return results.map(({ at: _, pack: __, seconds: ___, training, ...record }) => ({
      ...record,
      predicted: predicted.get(record.id),
      losses: training?.history.map(({ loss }) => loss)
    }))
  }
  const filesOf = (directory: string) =>
    Object.fromEntries(
      readdirSync(join(home, directory, "models"), { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile())
        .map((file) => join(file.parentPath, file.name))
        .map((file) => [file.slice(join(home, directory).length), readFileSync(file, "base64")])
    )
  const until = async (holds: () => boolean, what: string) => {
    for (const end = Date.now() + 120_000; Date.now() < end; await sleep(200)) if (holds()) return
    throw new Error(`never: ${what}`)
  }
  /** How many rows there are; none before the tables are. */
  const counted = (statement: string) =>
    sql("select count(*) from pg_tables where schemaname = 'rocflow_1' and tablename = 'output'") === "1"
      ? Number(sql(`select count(*) from ${statement}`))
      : 0
  const success = async (ended: Promise<Ended>) => {
    const found = await ended
    if (found.code !== 0) throw new Error(`code ${found.code}: ${found.stdout}${found.stderr}`)
    return found
  }

  it("gives workers that share nothing with the run all that they need, and the run all that they wrote", async () => {
    // A worker may come first, and the tables are made by whoever comes.
    const early = worker("--workers", "2")
    const { stderr } = await success(run("e.yaml", "--out", "q").ended)
    expect(stderr).toContain(`6 jobs wait for workers: \`rocflow worker --queue ${shown}\` on every machine`)
    const { stdout } = await success(early.ended)
    expect(stdout.match(/begins: d, bce, fold \d/g)).toHaveLength(3)
    expect(await recordsOf("q")).toEqual(await recordsOf("alone"))
    expect(filesOf("q")).toEqual(filesOf("alone"))
    // Nothing stays behind: neither in the database nor in the directory, and least of all the password.
    expect(counted("rocflow_1.run")).toBe(0)
    expect(counted("rocflow_1.output")).toBe(0)
    expect(readdirSync(join(home, "q")).toSorted()).toEqual(readdirSync(join(home, "alone")).toSorted())
    expect(() => execFileSync("grep", ["-r", "secret", "q"], { cwd: home })).toThrow()
  }, 300_000)

  it("keeps runs apart, whose state it shows until they are cancelled", async () => {
    const args = ["--executor", "workers", "--lease", "5"]
    const both = [run("e.yaml", "--out", "one", ...args), run("other/e.yaml", "--out", "two", ...args)]
    await until(() => counted("rocflow_1.run where state = 'open'") === 2, "both runs wait")
    const { stdout } = await cli("status", "two", "--json")
    expect(JSON.parse(stdout)).toMatchObject([{ pending: 3 }, { pending: 3 }])
    const blind = await rocflow(["todo", "two"], home)
    expect(blind.stderr).toMatch(/^note: postgres:.*the queue cannot be reached: .*password.*PGPASSWORD\n$/)
    expect((await cli("cancel", "two")).stdout).toMatch(/^the queue gives out no more jobs/)
    expect(await both[1]!.ended).toMatchObject({ code: 1, stderr: expect.stringContaining("was cancelled") as string })
    // What was cancelled goes on when it is started again.
    const again = run("other/e.yaml", "--out", "two", ...args)
    await until(() => counted("rocflow_1.run where state = 'open'") === 2, "both runs wait")
    await success(worker("--workers", "1").ended)
    await Promise.all([success(both[0]!.ended), success(again.ended)])
    await success(rocflow(["run", "other/e.yaml", "--out", "two-alone", "--workers", "1"], home))
    expect(await recordsOf("one")).toEqual(await recordsOf("alone"))
    expect(await recordsOf("two")).toEqual(await recordsOf("two-alone"))
    expect(counted("rocflow_1.run")).toBe(0)
  }, 300_000)

  it("loses, repeats and halves no job when workers, starter and database are killed", async () => {
    await success(rocflow(["run", "long.yaml", "--out", "long-alone", "--workers", "1"], home))
    const args = ["long.yaml", "--out", "long", "--executor", "workers", "--lease", "1"]
    let starter = run(...args)
    for (let i = 0; i < 3; i++) {
      const doomed = worker("--workers", "2")
      await until(() => counted("rocflow_1.job where worker is not null and result is null") > 0, "a job is taken")
      await sleep(Math.random() * 400)
      if (i === 1) {
        starter.child.kill("SIGKILL")
        await starter.ended
        starter = run(...args)
        // Who cannot reach the database at first is told so, and ends.
        let said = ""
        starter.child.stderr!.on("data", (text: string) => (said += text))
        await until(() => said.includes("jobs wait for workers"), "the run is there again")
      }
      if (i === 2) restart()
      doomed.child.kill("SIGKILL")
      await doomed.ended
      // Its job is given to others when it was silent for a second.
    }
    const last = worker("--workers", "2")
    await until(() => counted("rocflow_1.job where worker is not null and result is null") > 0, "a job is taken")
    restart()
    const { stderr } = await success(last.ended)
    const ended = await success(starter.ended)
    for (const text of [stderr, ended.stderr]) {
      expect(text).not.toContain("secret")
      expect(text).not.toContain("internal error")
    }
    expect(await recordsOf("long")).toEqual(await recordsOf("long-alone"))
    const records = readdirSync(join(home, "long/results"))
      .flatMap((name) =>
        readFileSync(join(home, "long/results", name), "utf8")
          .trim()
          .split("\n")
      )
      .map((line) => (JSON.parse(line) as { readonly id: string }).id)
    expect(records.toSorted()).toEqual([...new Set(records)].toSorted())
    expect(counted("rocflow_1.run")).toBe(0)
  }, 300_000)

  it("sends no code: workers have it, and a job that ends its process is given up after some tries", async () => {
    const starter = run("m.yaml", "--out", "m", "--executor", "workers", "--lease", "1")
    await until(() => counted("rocflow_1.job") === 6, "the jobs are there")
    const without = await worker().ended
    expect(without.code).toBe(1)
    expect(without.stderr).toContain("the experiment uses modules (./troubles.ts), which are not sent")
    const copy = folder({ "d.csv": data(), "troubles.ts": troubles, "m.yaml": readFileSync(join(home, "m.yaml")) })
    writeFileSync(join(copy, "d.csv"), data().replace("ill", "well"))
    const other = await worker("--experiment", join(copy, "m.yaml")).ended
    expect(other.code).toBe(1)
    expect(other.stderr).toContain(`the file ${join(copy, "d.csv")} is not the one of the run`)
    writeFileSync(join(copy, "d.csv"), data())
    writeFileSync(join(copy, "troubles.ts"), `${troubles}// changed`)
    const coded = await worker("--experiment", join(copy, "m.yaml")).ended
    expect(coded.stderr).toContain("the experiment, or a module, is not the one of the run")
    writeFileSync(join(copy, "troubles.ts"), troubles)
    await success(worker("--workers", "2", "--experiment", join(copy, "m.yaml")).ended)
    remove(copy)
    const { code, stderr } = await starter.ended
    expect(code).toBe(2)
    expect(stderr).toContain("2 of 6 jobs failed, the first with: the worker process of this job was lost")
    const failed = (await recordsOf("m")).filter(({ status }) => status === "failed")
    expect(failed.map(({ error, job }) => [job.learner, error?.tag])).toEqual(
      Array.from({ length: 2 }, () => ["deadly", "WorkerLost"])
    )
  }, 300_000)

  it("has the tables of an experiment in memory once for all processes of a worker", async () => {
    // Loaded before the data are read; only the processes of a worker have a parent to talk to.
    const removing = `import { rmSync } from "node:fs"
if (process.send !== undefined) rmSync("d.csv", { force: true })
export const definitions = []
`
    const files = {
      "d.csv": data(),
      "removing.js": removing,
      "r.yaml": changed(["seed: 1", "seed: 1\nmodules: [removing.js]"])
    }
    for (const place of [home, elsewhere])
      for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text)
    const waiting = run("r.yaml", "--out", "once", "--executor", "workers")
    expect((await worker("--workers", "2", "--experiment", "r.yaml").ended).code).toBe(0)
    expect((await waiting.ended).code).toBe(0)
    expect(existsSync(join(elsewhere, "d.csv"))).toBe(false)
    // The code of a module belongs to the ids of jobs.
    const seen = async (directory: string) => (await recordsOf(directory)).map(({ id: _, ...record }) => record)
    expect(await seen("once")).toEqual(await seen("alone"))
  })

  it("gives a job up whose machines are lost one after the other", async () => {
    const starter = run("e.yaml", "--out", "lost", "--executor", "workers", "--lease", "1")
    await until(() => counted("rocflow_1.job") === 6, "the jobs are there")
    // As machines leave it that went away at its last try.
    sql(`update rocflow_1.job set tries = 5, worker = 'gone', heard = now() - interval '1 hour' where place = 1`)
    await success(worker("--workers", "1").ended)
    const { code, stderr } = await starter.ended
    expect(code).toBe(2)
    expect(stderr).toContain("1 of 6 jobs failed, the first with: the workers of this job were lost 5 times")
    const again = run("e.yaml", "--out", "lost", "--executor", "workers", "--lease", "1", "--retry-failed")
    await success(worker("--workers", "1").ended)
    await success(again.ended)
    expect(await recordsOf("lost")).toEqual(await recordsOf("alone"))
  }, 300_000)

  it("is left to workers of the same version, and takes no result that no job writes", async () => {
    const starter = run("e.yaml", "--out", "versions", "--executor", "workers")
    await until(() => counted("rocflow_1.job") === 6, "the jobs are there")
    sql("update rocflow_1.run set version = '0.0.1'")
    const { code, stderr } = await worker().ended
    expect(code).toBe(1)
    expect(stderr).toContain("the run was begun by rocflow 0.0.1, and this is 0.1.0, which may give other numbers")
    sql("update rocflow_1.job set tries = 1, worker = 'w', result = '{}' where place = 1")
    const ended = await starter.ended
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("is not one that rocflow wrote") as string })
    sql("delete from rocflow_1.run")
  }, 300_000)

  it("gives back the job of a worker that is stopped in order", async () => {
    const starter = run("long.yaml", "--out", "stopped", "--executor", "workers", "--lease", "600")
    await until(() => counted("rocflow_1.job") === 12, "the jobs are there")
    const stopped = worker("--workers", "1")
    await until(() => counted("rocflow_1.job where worker is not null and result is null") > 0, "a job is taken")
    stopped.child.kill("SIGTERM")
    await stopped.ended
    expect(counted("rocflow_1.job where result is null and (worker is not null or tries > 0)")).toBe(0)
    starter.child.kill("SIGTERM")
    expect((await starter.ended).stderr).toContain("workers go on, and `rocflow cancel` ends that")
    sql("delete from rocflow_1.run")
  }, 300_000)

  it("says in a sentence why it cannot be used, and never the password", async () => {
    const closed = await freePort()
    const at = (user: string, place: string) => `postgres://${user}@127.0.0.1:${place}`
    for (const [address, message] of [
      [
        at("rocflow:hidden", `${port}/postgres`),
        `${shown}: the queue cannot be reached: password authentication failed`
      ],
      [at("rocflow:hidden", `${closed}/x`), `127.0.0.1:${closed}/x: the queue cannot be reached: connect ECONNREFUSED`],
      [at("rocflow:secret", `${port}/none`), 'the queue cannot be reached: database "none" does not exist'],
      ["mysql://me:hidden@host/x", "the queue is no address of PostgreSQL; write postgres://user@host:5432/database"]
    ] as const) {
      const { code, stderr } = await rocflow(["worker", "--queue", address], elsewhere)
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) as string })
      expect(stderr).not.toMatch(/hidden|secret/)
    }
    const none = await rocflow(["worker"], elsewhere)
    expect(none.stderr).toContain("neither is named; write `rocflow worker DIR`, or give --queue or ROCFLOW_QUEUE")
    const stray = await rocflow(["run", "other/e.yaml", "--queue", shown], home)
    expect(stray.stderr).toContain('--queue is a flag of the executor "workers"')
    const entry = `{ type: workers, queue: "postgres://me:hidden@host/x" }`
    writeFileSync(join(home, "password.yaml"), experiment.replace("seed: 1", `seed: 1\nexecutor: ${entry}`))
    const written = await rocflow(["run", "password.yaml", "--out", "password"], home)
    expect(written.stderr).toContain("must not hold a password")
    expect(written.stderr).not.toContain("hidden")
    expect(existsSync(join(home, "password"))).toBe(false)
  }, 300_000)

  // The last one: from now on the server refuses what the others do.
  it("is reached by encrypted connections, whose certificate is checked, by all that a run tells of the address", async (test) => {
    const encrypted = encrypt()
    if (typeof encrypted === "string") return test.skip(encrypted)
    const plain = await worker("--workers", "1").ended
    expect(plain.stderr).toMatch(/no encryption; add `\?sslmode=require` to the address: the server wants encrypted/)
    const ROCFLOW_QUEUE = `${env.ROCFLOW_QUEUE}?sslmode=require`
    const unknown = await rocflow(["worker", "--workers", "1"], elsewhere, { ROCFLOW_QUEUE })
    expect(unknown.stderr).toMatch(
      /self-signed certificate.*; name the file of the authority .* in NODE_EXTRA_CA_CERTS/
    )
    const trusting = { NODE_EXTRA_CA_CERTS: encrypted.authority }
    const starter = start(["run", "e.yaml", "--out", "tls"], home, { ...trusting, ROCFLOW_QUEUE })
    await until(() => existsSync(join(home, "tls/workers/queue.json")), "the run waits")
    // Without the variable, `status` has the address from the run, and the password from where all clients have it.
    const status = await rocflow(["status", "tls", "--json"], home, { ...trusting, PGPASSWORD: "secret" })
    expect(status.stderr).toBe("")
    expect(JSON.parse(status.stdout)).toMatchObject([{ pending: 3 }, { pending: 3 }])
    const told = `${shown}?sslmode=require`
    await success(
      rocflow(["worker", "--queue", told, "--workers", "1"], elsewhere, { ...trusting, PGPASSWORD: "secret" })
    )
    expect((await success(starter.ended)).stderr).toContain(`rocflow worker --queue ${told}`)
    expect(await recordsOf("tls")).toEqual(await recordsOf("alone"))
  }, 300_000)
})
