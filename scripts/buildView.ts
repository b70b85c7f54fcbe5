/**
 * Bundles the script of the page of `rocflow view` into a module that holds it, so that no file is looked up at run time. With
 * --check it writes nothing, and fails if the module is not what the sources of the page make.
 *
 *     node scripts/buildView.ts [--check]
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { bundle } from "./bundle.ts"

const module = "packages/cli/src/view/pageScript.ts"
const file = join(import.meta.dirname, "..", module)

const code = await bundle("packages/cli/src/view/page/main.ts", "")
const text = `/** The script of the page, bundled by scripts/buildView.ts. */
export const pageScript = ${JSON.stringify(code)}
`

if (!process.argv.includes("--check")) {
  writeFileSync(file, text)
  process.stdout.write(`${module}: ${Math.round(Buffer.byteLength(code) / 100) / 10} kB\n`)
} else if (readFileSync(file, "utf8") !== text) {
  process.stderr.write(`${module} is not what packages/cli/src/view/page makes; run node scripts/buildView.ts\n`)
  process.exitCode = 1
}
