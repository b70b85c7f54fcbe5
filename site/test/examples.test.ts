/** The examples of the doc comments run, and say what is so. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"

const root = join(import.meta.dirname, "../..")

it("of the reference run, and what they claim holds", () => {
  const folder = mkdtempSync(join(tmpdir(), "rocflow-examples-"))
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  try {
    const program = join(import.meta.dirname, "examples.ts")
    const options = { cwd: folder, encoding: "utf8", timeout: 280_000 } as const
    const { stderr, stdout } = spawnSync(process.execPath, ["--no-warnings", program], options)
    const [, answer = JSON.stringify({ examples: 0, problems: [stderr] })] = stdout.split("\u0000")
    const { examples, problems } = JSON.parse(answer) as {
      readonly examples: number
      readonly problems: ReadonlyArray<string>
    }
    expect(problems).toEqual([])
    expect(examples).toBeGreaterThan(200)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 300_000)
