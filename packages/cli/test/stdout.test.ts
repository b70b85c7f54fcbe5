import { symlinkSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { data, experiment, folder, remove, rocflow } from "./support/cli.ts"

// It prints when it is loaded and, by its measure, in every job.
const chatty = `import { Measure } from "@rocflow/core"
console.log("loaded: console")
process.stdout.write("loaded: stream\\n")
export const definitions = [Measure.define({
  id: "chatty", label: "chatty", summary: "Prints and is always one half", direction: "maximise", range: [0, 1],
  accepts: ["binary"], needs: "response",
  evaluate: () => { console.log("measured"); return 0.5 }
})]
`

describe("standard output", () => {
  it.each(["1", "2"])("has the results only, whatever a module prints, in %s processes", async (workers) => {
    const text = experiment.replace("seed: 1", "seed: 1\nmodules: [chatty.ts]").replace("[auc, error]", "[auc, chatty]")
    const home = folder({
      "d.csv": data(),
      "e.yaml": text,
      "chatty.ts": chatty,
      "package.json": '{ "type": "module" }'
    })
    symlinkSync(fileURLToPath(new URL("../../../node_modules", import.meta.url)), `${home}/node_modules`)
    const { code, stderr, stdout } = await rocflow(["run", "e.yaml", "--json", "--workers", workers], home)
    expect(code).toBe(0)
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { readonly _tag: string })._tag)
    expect([events[0], events.at(-1), events.length]).toEqual(["RunBegun", "Finished", 14])
    const said = stderr.split("\n")
    for (const line of ["loaded: console", "loaded: stream", "measured"]) expect(said).toContain(line)
    remove(home)
  })

  it("and standard error show no control characters of names, and no message without end", async () => {
    const name = "t\u202eask\u001b[2J"
    const text = experiment.replace("file: d.csv", `id: ${JSON.stringify(name)}, file: d.csv`)
    const home = folder({ "d.csv": data(), "e.yaml": text })
    for (const args of [
      ["inspect", "e.yaml"],
      ["run", "e.yaml", "--out", "run", "--workers", "1"],
      ["compare", "run", "--by", "learner"]
    ]) {
      const { stderr, stdout } = await rocflow(args, home)
      expect([args[0], stdout + stderr]).toEqual([args[0], expect.stringContaining("t\\u202eask\\u001b[2J")])
      expect(stdout + stderr).not.toContain("\u202e")
      expect(stdout + stderr).not.toContain("\u001b[2J")
    }
    const [scores] = JSON.parse((await rocflow(["scores", "run", "--json"], home)).stdout) as ReadonlyArray<{
      readonly task: string
    }>
    expect(scores!.task).toBe(name)
    const target = ["init", "d.csv", "--out", "i.yaml", "--target", "y".repeat(20_000)]
    const { stderr } = await rocflow(target, home)
    expect(stderr.length).toBeLessThan(8100)
    expect(stderr).toMatch(/y … \d+ characters … /)
    expect((await rocflow([...target, "--json"], home)).stderr.length).toBeGreaterThan(20_000)
    remove(home)
  })

  it.skipIf(process.platform !== "linux")(
    "starts where no folder of temporary files can be made",
    async () => {
      const { code, stdout } = await rocflow(["--version"], "/", { TMPDIR: "/proc" })
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^rocflow v/)])
    },
    20_000
  )
})
