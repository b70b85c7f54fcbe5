/**
 * What worker processes have of the tables: what the process read that started them.
 */
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { changed, data, experiment, folder, remove, rocflow, start } from "./support/cli.ts"

/** Loaded before the data are read; only worker processes have a parent to talk to. */
const removing = `import { rmSync } from "node:fs"
if (process.send !== undefined) rmSync("d.csv", { force: true })
export const definitions = []
`

const module = changed(["seed: 1", "seed: 1\nmodules: [removing.js]"])

let home: string
beforeAll(() => {
  home = folder({ "d.csv": data(), "e.yaml": module, "plain.yaml": experiment, "removing.js": removing })
})
afterAll(() => remove(home))

/** The scores that `run --json` ends with. */
const scoresOf = (stdout: string): unknown => {
  const { scores } = JSON.parse(stdout.trim().split("\n").at(-1)!) as { scores: ReadonlyArray<Record<string, unknown>> }
  return scores.map(({ auc, error, iteration, learner }) => [learner, iteration, auc, error])
}

const run = async (file: string, out: string, workers: string, env = {}) => {
  const { code, stderr, stdout } = await rocflow(["run", file, "--out", out, "--workers", workers, "--json"], home, env)
  expect([code, stderr.split("note: tables cannot be shared").length - 1]).toEqual([0, "TMPDIR" in env ? 1 : 0])
  return scoresOf(stdout)
}

it("is all of them: they read no file, and give the numbers of one process", async () => {
  const alone = await run("e.yaml", "alone", "1")
  // Without a place for temporary files each worker reads for itself.
  expect(await run("plain.yaml", "apart", "2", { TMPDIR: join(home, "e.yaml", "nowhere") })).toEqual(alone)
  expect(existsSync(join(home, "d.csv"))).toBe(true)
  expect(await run("e.yaml", "together", "2")).toEqual(alone)
  expect(existsSync(join(home, "d.csv"))).toBe(false)
})

it("is all of them also where workers take jobs from the directory", async () => {
  writeFileSync(join(home, "d.csv"), data())
  const alone = await run("plain.yaml", "apart", "1")
  const waiting = start(["run", "e.yaml", "--out", "pulled", "--executor", "workers", "--json"], home)
  const worker = await rocflow(["worker", "pulled", "--workers", "2"], home)
  expect(worker).toMatchObject({ code: 0, stderr: expect.stringMatching(/^(waiting for jobs[^\n]*\n)?$/) as string })
  expect(scoresOf((await waiting.ended).stdout)).toEqual(alone)
  expect(existsSync(join(home, "d.csv"))).toBe(false)
})
