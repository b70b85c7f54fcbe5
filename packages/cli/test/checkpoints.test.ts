import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { recordsIn } from "../../resampling/test/support/records.ts"
import { changed, data, folder, remove, rocflow, start } from "./support/cli.ts"

// One network on two folds, which trains for some seconds.
const experiment = changed(
  ["  - type: Featureless\n", ""],
  ["folds: 3", "folds: 2"],
  [
    "{ type: Model.classif, epochs: 2 }",
    `{ type: Model.classif, epochs: 1500, batchSize: 4, callbacks:
          [{ type: Callback.checkpoint, every: 5 }, Callback.csv, Callback.tensorBoard] }`
  ]
)

let home: string
beforeAll(() => {
  home = folder({ "d.csv": data(), "e.yaml": experiment })
})
afterAll(() => remove(home))

const list = (...path: ReadonlyArray<string>) =>
  existsSync(join(home, ...path)) ? readdirSync(join(home, ...path)).toSorted() : []

const checkpoints = (run: string) =>
  list(run, "training").flatMap((job) =>
    list(run, "training", job, "checkpoints").filter((name) => !name.endsWith("part"))
  )

/** The results of a run without what differs between two of them: times, and names of processes. */
const results = (run: string): ReadonlyArray<unknown> =>
  JSON.parse(JSON.stringify(recordsIn(join(home, run))), (key, value: unknown) =>
    ["seconds", "predictions", "pack", "at"].includes(key) ? 0 : value
  )

const until = async (holds: () => boolean) => {
  for (let i = 0; i < 6000 && !holds(); i++) await sleep(5)
  expect(holds()).toBe(true)
}

describe("a run whose learner writes checkpoints", () => {
  it("goes on within a job after it was killed there, with the numbers of an undisturbed run", async () => {
    const whole = rocflow(["run", "e.yaml", "--out", "whole", "--workers", "1"], home)
    for (let kill = 0; kill < 2; kill++) {
      const before = checkpoints("killed").join()
      const { child, ended } = start(["run", "e.yaml", "--out", "killed", "--workers", "1"], home)
      await until(() => checkpoints("killed").join() !== before)
      child.kill("SIGKILL")
      expect((await ended).signal).toBe("SIGKILL")
    }
    expect(recordsIn(join(home, "killed")).length).toBeLessThan(2)
    const again = await rocflow(["run", "e.yaml", "--out", "killed", "--workers", "1"], home)
    expect(again.code).toBe(0)
    expect((await whole).code).toBe(0)
    expect(results("whole")).toHaveLength(2)
    expect(results("killed")).toEqual(results("whole"))
    // Each session writes an event file of its own, whose name ends with the epoch behind which it goes on.
    const sessions = list("killed", "training").flatMap((job) =>
      list("killed", "training", job, "tensorboard").map((name) => Number(name.split(".").at(-1)))
    )
    expect(sessions.filter((epoch) => epoch > 0).length).toBeGreaterThanOrEqual(1)
    for (const job of list("killed", "training")) {
      const rows = readFileSync(join(home, "killed", "training", job, "training.csv"), "utf8").split("\n")
      expect(rows).toHaveLength(1502)
      expect(list("killed", "training", job, "checkpoints")).toEqual(["epoch-001500.checkpoint"])
    }
  }, 120_000)
})
