import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { changed, data, experiment, folder, remove, rocflow, start } from "./support/cli.ts"

let home: string
beforeAll(() => {
  home = folder({
    "d.csv": data(),
    "e.yaml": experiment,
    "w.yaml": changed(["seed: 1", "seed: 1\nexecutor: { type: workers, lease: 5 }"])
  })
})
afterAll(() => remove(home))

/** The processes that a process started, where the system says it. */
const childrenOf = (pid: number): ReadonlyArray<string> => {
  const file = `/proc/${pid}/task/${pid}/children`
  return existsSync(file) ? readFileSync(file, "utf8").split(" ").filter(Boolean) : []
}

const scoresOf = async (directory: string) => {
  const { stdout } = await rocflow(["scores", directory, "--json"], home)
  return (JSON.parse(stdout) as ReadonlyArray<Record<string, unknown>>).map(({ seconds: _, ...row }) => row)
}

describe("rocflow worker", () => {
  it("runs the jobs of a run that waits, with the scores of a run in one process", async () => {
    const run = start(["run", "w.yaml", "--out", "shared"], home)
    let said = ""
    run.child.stderr!.on("data", (text: string) => (said += text))
    await expect.poll(() => said, { timeout: 30_000 }).toContain("wait for workers")
    // The process that was launched before the experiment was read is gone: jobs run elsewhere.
    expect(childrenOf(run.child.pid!)).toEqual([])
    // The experiment stands elsewhere on this machine.
    writeFileSync(join(home, "moved.yaml"), experiment)
    const worker = await rocflow(["worker", "shared", "--workers", "2", "--experiment", "moved.yaml"], home)
    expect(worker).toMatchObject({ code: 0 })
    expect(worker.stdout.match(/begins: d, bce, fold \d/g)).toHaveLength(3)
    const { code, stderr } = await run.ended
    expect(code).toBe(0)
    expect(stderr).toContain(`6 jobs wait for workers: \`rocflow worker ${join(home, "shared")}\``)
    await rocflow(["run", "e.yaml", "--out", "alone", "--workers", "1"], home)
    expect(await scoresOf("shared")).toEqual(await scoresOf("alone"))
    expect(await rocflow(["worker", "shared", "--workers", "1"], home)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^nothing is left to do in /) as string
    })
    expect((await rocflow(["cancel", "shared"], home)).stdout).toBe("nothing computes for this run elsewhere\n")
  })

  it("stops when the run is cancelled, and so does who waits for it", async () => {
    const run = start(["run", "e.yaml", "--out", "cancelled", "--executor", "workers"], home)
    let said = ""
    run.child.stderr!.on("data", (text: string) => (said += text))
    await expect.poll(() => said, { timeout: 30_000 }).toContain("wait for workers")
    expect((await rocflow(["status", "cancelled"], home)).stdout).toMatch(
      /^task +learner +jobs +finished +failed +pending/
    )
    const { stdout } = await rocflow(["cancel", "cancelled"], home)
    expect(stdout).toBe("workers take no more jobs; each finishes the one that it has\n")
    const { code, stderr } = await run.ended
    expect(code).toBe(1)
    expect(stderr).toContain("the run was cancelled; start again to go on")
    expect((await rocflow(["todo", "cancelled"], home)).stdout).toMatch(/^[0-9a-f]{8} +open +d +bce +fold 2/m)
  })
})

describe("rocflow run", () => {
  it.each([
    [
      ["--partition", "short"],
      '--partition is a flag of the executor "slurm", and jobs run by "processes"; leave it away, or give --executor slurm\n'
    ],
    [
      ["--executor", "slurm", "--time-limit", "5"],
      '--time-limit is a flag of the executor "processes", and jobs run by "slurm"; leave it away, or give --executor processes\n'
    ],
    [
      ["--executor", "slurm", "--template", "none.sh"],
      "the template none.sh cannot be read (NotFound); give the path of a script that has {{command}} in it\n"
    ]
  ])("refuses %j", async (flags, message) => {
    const { code, stderr } = await rocflow(["run", "e.yaml", "--out", "refused", ...flags], home)
    expect({ code, stderr }).toEqual({ code: 1, stderr: message })
  })

  it("refuses a time that SLURM would not understand, in the file and as a flag", async () => {
    writeFileSync(join(home, "time.yaml"), changed(["seed: 1", "seed: 1\nexecutor: { type: slurm, time: 2h }"]))
    const file = await rocflow(["inspect", "time.yaml"], home)
    expect(file.code).toBe(1)
    expect(file.stderr).toContain('time limit, got "2h"')
    const flag = await rocflow(["run", "e.yaml", "--executor", "slurm", "--time", "2h"], home)
    expect(flag.stderr).toContain('--time cannot be "2h": write minutes, "2:00:00" or "1-12:00:00"')
  })
})

describe("rocflow logs", () => {
  it("says which job it does not know", async () => {
    await rocflow(["run", "e.yaml", "--out", "known", "--workers", "1"], home)
    const { code, stderr } = await rocflow(["logs", "known", "zz"], home)
    expect(code).toBe(1)
    expect(stderr).toContain('the job "zz" is not in the run; `rocflow todo` lists jobs without scores')
  })
})
