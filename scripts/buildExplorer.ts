/**
 * Bundles the AUM explorer: one page that asks for no other file, `docs/explorer.html` unless another place is named. With
 * --check it writes nothing, and fails if the page in docs is not what its sources make.
 *
 *     node scripts/buildExplorer.ts [--check | FILE]
 */
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { document } from "../packages/explorer/src/page/markup.ts"
import { bundle } from "./bundle.ts"

const root = join(import.meta.dirname, "..")

/** Where the page is. */
export const file = join(root, "docs/explorer.html")

const hashOf = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`

/** The page as its sources make it. A browser reads a script up to the first end tag, also within a string. */
const page = async (): Promise<string> => {
  const code = await bundle("packages/explorer/src/main.ts")
  return document({ script: `\n${code.replaceAll("</script", "<\\/script")}\n`, hashOf })
}

if (import.meta.main) {
  const [argument = "docs/explorer.html"] = process.argv.slice(2)
  const made = await page()
  if (argument !== "--check") {
    writeFileSync(join(root, argument), made)
    process.stdout.write(`${argument}: ${Math.round(Buffer.byteLength(made) / 1000)} kB\n`)
  } else if (readFileSync(file, "utf8") !== made) {
    process.stderr.write("docs/explorer.html is not what packages/explorer makes; run node scripts/buildExplorer.ts\n")
    process.exitCode = 1
  }
}
