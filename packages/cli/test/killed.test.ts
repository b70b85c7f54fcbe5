import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { linesIn, predictedIn, recordsIn } from "../../resampling/test/support/records.ts"
import { changed, data, folder, remove, rocflow, start } from "./support/cli.ts"

// Eight folds of two learners, one of which takes long enough to be killed in the middle.
const experiment = changed(["folds: 3", "folds: 8"], ["epochs: 2", "epochs: 150"])

let home: string
beforeAll(() => {
  home = folder({ "d.csv": data(), "e.yaml": experiment })
})
afterAll(() => remove(home))

const finished = (directory: string): ReadonlyArray<string> => linesIn(join(home, directory))

/** Everything in the results of a run that is not a time. */
const resultsOf = (directory: string) =>
  recordsIn(join(home, directory)).map((record) => {
    const { id, scores, job, training } = record as unknown as {
      readonly id: string
      readonly scores: object
      readonly job: object
      readonly training?: { readonly history: ReadonlyArray<{ readonly loss: number }> }
    }
    return { id, scores, job, losses: training?.history.map(({ loss }) => loss) }
  })

/** The processes that a process started. */
const childrenOf = (pid: number): ReadonlyArray<number> =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number)

const until = async (holds: () => boolean) => {
  for (let i = 0; i < 3000 && !holds(); i++) await sleep(10)
  expect(holds()).toBe(true)
}

describe.each([
  ["one process", "1"],
  ["a pool of processes", "2"]
])("a run in %s that is killed", (_, workers) => {
  it("is finished by starting it again, with the numbers of an undisturbed run", async () => {
    const undisturbed = `whole-${workers}`
    const directory = `killed-${workers}`
    expect((await rocflow(["run", "e.yaml", "--out", undisturbed, "--workers", workers], home)).code).toBe(0)

    const { child, ended } = start(["run", "e.yaml", "--out", directory, "--workers", workers], home)
    await until(() => finished(directory).length >= 3)
    const helpers = existsSync("/proc/self/task") ? childrenOf(child.pid!) : []
    child.kill("SIGKILL")
    expect((await ended).signal).toBe("SIGKILL")
    await until(() => helpers.every((pid) => !existsSync(`/proc/${pid}`)))

    const before = finished(directory)
    expect(before.length).toBeGreaterThanOrEqual(3)
    expect(before.length).toBeLessThan(16)
    expect(existsSync(join(home, directory, "report.html"))).toBe(false)

    // What is there can be read while the run is not finished.
    const scores = await rocflow(["scores", directory], home)
    expect(scores.stderr).toBe(`note: ${before.length} of 16 jobs are finished\n`)

    const again = await rocflow(["run", "e.yaml", "--out", directory, "--workers", workers], home)
    expect(again.code).toBe(0)
    expect(again.stderr).toMatch(new RegExp(`^16 jobs in .*, ${before.length} of them finished before\n`))
    // No job was executed twice.
    expect(finished(directory)).toEqual(expect.arrayContaining([...before]))
    expect(finished(directory)).toHaveLength(16)
    expect(resultsOf(directory)).toEqual(resultsOf(undisturbed))
    expect(predictedIn(join(home, directory), "binary")).toEqual(predictedIn(join(home, undisturbed), "binary"))
  })
})

describe("a run in several processes", () => {
  it("gives the numbers of a run in one", () => {
    expect(resultsOf("whole-2")).toEqual(resultsOf("whole-1"))
    expect(resultsOf("whole-1")).toHaveLength(16)
  })
})
