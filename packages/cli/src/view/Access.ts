/**
 * Who may read the page: whoever has its address, which holds a token that nobody guesses.
 *
 * The server listens on the loopback interface, where every user of the machine, and every page in the browser, can reach it.
 * A page of somebody else's does not know the token. One whose name was made to mean this machine (DNS rebinding) is told by the
 * name in its requests.
 *
 * The token is a part of the path and in no cookie: browsers send cookies to all ports of a machine, whoever listens there.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"

/** A token of 192 random bits, as a part of a path. */
export const token = (): string => randomBytes(24).toString("base64url")

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Whether two texts are equal; how long it takes tells nothing of where they differ. */
export const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

/** Whether a request asks for this machine by one of its own names, on whatever port it is forwarded. */
export const isLocal = (host: string | undefined): boolean =>
  /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host ?? "")

/** A token that is good once: programs that open a browser show their arguments to every user of the machine. */
export const ticket = () => {
  let left: string | undefined = token()
  return {
    text: left,
    /** Whether this is the ticket, and was not given before. */
    take: (given: string): boolean => {
      if (left === undefined || !isSame(given, left)) return false
      left = undefined
      return true
    }
  }
}
