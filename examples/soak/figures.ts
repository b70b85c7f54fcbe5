/**
 * Copies the figures of the README from the directory of a run.
 *
 * ```sh
 * npx rocflow run examples/soak/experiment.yaml --out soak
 * npx node examples/soak/figures.ts soak
 * ```
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export const figures = ["scores-iid-easy-rmse.svg", "scores-different-rmse.svg"] as const

if (import.meta.main) {
  const [run = "soak"] = process.argv.slice(2)
  const folder = new URL("figures/", import.meta.url)
  mkdirSync(folder, { recursive: true })
  for (const name of figures) {
    writeFileSync(new URL(name, folder), `${readFileSync(join(run, "figures", name), "utf8")}\n`)
  }
}
