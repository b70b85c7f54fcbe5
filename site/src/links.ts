/** Whether every link of a site leads somewhere. */
import { posix } from "node:path"

const unescape = (text: string): string =>
  text.replace(/&(amp|quot|lt|gt);/g, (_, name: string) => ({ amp: "&", quot: '"', lt: "<", gt: ">" })[name]!)

/** The files of a site by path, pages as text; other files only have to be there. */
export type Files = ReadonlyMap<string, string | Uint8Array>

const ids = (html: string): ReadonlySet<string> =>
  new Set([...html.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]!))

/** Lists the links within the site that lead nowhere: a file that is not there, a part that its page does not have. */
export const broken = (files: Files): ReadonlyArray<string> => {
  const anchors = new Map<string, ReadonlySet<string>>()
  const anchorsOf = (path: string, html: string) => {
    const known = anchors.get(path) ?? ids(html)
    anchors.set(path, known)
    return known
  }
  return [...files].flatMap(([path, html]) => {
    if (!path.endsWith(".html") || typeof html !== "string") return []
    return [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].flatMap((match) => {
      const link = unescape(match[1]!)
      if (/^(https?|mailto|data):/.test(link)) return []
      const [to = "", part] = decodeURI(link).split("#")
      const target = to === "" ? path : posix.join(posix.dirname(path), to)
      const found = files.get(target)
      if (found === undefined) return [`${path}: ${link} leads to no file`]
      if (part === undefined || part === "" || typeof found !== "string" || !target.endsWith(".html")) return []
      // What scripts of the explorer make of an address is no place on the page.
      return target === "explorer-page.html" || anchorsOf(target, found).has(part)
        ? []
        : [`${path}: ${link} leads to no part of ${target}`]
    })
  })
}
