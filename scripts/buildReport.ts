/**
 * Bundles the script of the report's page into the report package. With --check it writes nothing, and fails if what is there
 * is not what its sources make.
 *
 *     node scripts/buildReport.ts [--check]
 */
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { bundle } from "./bundle.ts"

const file = join(import.meta.dirname, "../packages/report/src/internal/script.ts")

const text = async (): Promise<string> => {
  // A browser reads a script up to the first end tag, also within a string.
  const code = (await bundle("packages/report/src/page/main.ts")).trim().replaceAll("</script", "<\\/script")
  const hash = createHash("sha256").update(code).digest("base64")
  return `/** Made by scripts/buildReport.ts from src/page. */

/** The script of the page, and its hash for a content security policy. */
export const script = ${JSON.stringify(code)}
export const hash = "sha256-${hash}"
`
}

const made = await text()
if (!process.argv.includes("--check")) {
  writeFileSync(file, made)
  process.stdout.write(`the report's script: ${Math.round(Buffer.byteLength(made) / 1000)} kB\n`)
} else if (!existsSync(file) || readFileSync(file, "utf8") !== made) {
  process.stderr.write(
    "the report's script is not what packages/report/src/page makes; run node scripts/buildReport.ts\n"
  )
  process.exitCode = 1
}
