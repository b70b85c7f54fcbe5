/**
 * A training that is killed at any instant, again and again, and resumed, gives the weights, the history, the predictions and
 * the files of one that was never stopped. `ROCFLOW_KILLS=20` kills more often than the tests have time for.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const asked = process.env["ROCFLOW_KILLS"]
const program = fileURLToPath(new URL("support/killable.ts", import.meta.url))

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "rocflow-killed-"))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const start = (folder: string, engine: string, epochs: number): ChildProcess =>
  spawn(process.execPath, [program, folder, engine, String(epochs)], { stdio: ["ignore", "inherit", "inherit"] })

const ended = (child: ChildProcess) =>
  new Promise<{ readonly code: number | null; readonly signal: string | null }>((resolve) => {
    child.on("exit", (code, signal) => resolve({ code, signal }))
  })

/** The last epoch that a folder has a checkpoint of. */
const lastEpoch = (folder: string): number => {
  const checkpoints = join(folder, "checkpoints")
  const names = existsSync(checkpoints) ? readdirSync(checkpoints) : []
  return Math.max(0, ...names.flatMap((name) => /^epoch-(\d+)\.checkpoint$/.exec(name)?.slice(1).map(Number) ?? []))
}

/** Kills a training that has come further than before, after a moment that chance chooses. */
const startAndKill = async (folder: string, engine: string, epochs: number): Promise<number> => {
  const before = lastEpoch(folder)
  const child = start(folder, engine, epochs)
  const over = ended(child)
  while (lastEpoch(folder) <= before && child.exitCode === null) await sleep(2)
  await sleep(Math.random() * 60)
  child.kill("SIGKILL")
  await over
  return lastEpoch(folder)
}

/** What must be equal: all that a training gives, and its files but for their seconds. */
const everything = (folder: string) => {
  const read = (name: string) => readFileSync(join(folder, name), "utf8")
  const lines = (name: string) => read(name).split("\n").slice(0, -1)
  return {
    result: JSON.parse(read("result.json")) as { readonly history: ReadonlyArray<object> },
    csv: lines("training.csv").map((line) => line.split(",").toSpliced(2, 1)),
    jsonl: lines("training.jsonl").map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 })),
    // A process that was killed while it wrote leaves a part.
    checkpoints: readdirSync(join(folder, "checkpoints"))
      .filter((name) => !name.endsWith(".part"))
      .toSorted()
  }
}

describe.each([
  // More epochs than are over between two kills.
  ["fused", Number(asked ?? 5), 100],
  ["tfjs", Number(asked ?? 2), 20]
])("a training on the engine %s", (engine, kills, each) => {
  const epochs = kills * each
  it(
    `that is killed ${kills} times gives what an undisturbed one gives`,
    async () => {
      const [whole, killed] = [join(home, `whole-${engine}`), join(home, `killed-${engine}`)]
      const undisturbed = ended(start(whole, engine, epochs))
      const at: Array<number> = []
      for (let i = 0; i < kills; i++) at.push(await startAndKill(killed, engine, epochs))
      if (asked !== undefined) console.log(`${engine}: killed after epochs ${at.join(", ")}`)
      expect(existsSync(join(killed, "result.json"))).toBe(false)
      expect(await ended(start(killed, engine, epochs))).toEqual({ code: 0, signal: null })
      expect(await undisturbed).toEqual({ code: 0, signal: null })
      const expected = everything(whole)
      expect(expected.result.history).toHaveLength(epochs)
      expect(everything(killed)).toEqual(expected)
    },
    kills * 20_000
  )
})
