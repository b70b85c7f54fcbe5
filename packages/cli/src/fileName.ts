/** A name as part of a path: without separators, blanks and whatever else file systems and shells take amiss. */
export const fileName = (name: string): string => name.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 60)
