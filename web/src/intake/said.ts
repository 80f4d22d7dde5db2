/** What can be read from the words of a caller: a room, a telephone number, and what is left of the sentence. Pure. */

export interface Heard {
  /** As lists find it: `3-2-1202`. */
  room: string
  phone: string
  rest: string
}

const ROOM = /(\d{1,3})\s*(?:-|—|–|栋|幢|号楼|座)\s*(?:(\d{1,2})\s*(?:-|—|–|单元|门)\s*)?(\d{3,4})\s*(?:室|号)?/
const PHONE = /(?<!\d)(1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8})(?!\d)/

export function heard(text: string): Heard {
  const phone = PHONE.exec(text)
  const without = phone ? text.replace(phone[0], ' ') : text
  const room = ROOM.exec(without)
  const rest = (room ? without.replace(room[0], ' ') : without)
    .replace(/\s+/g, ' ')
    .replace(/^[\s，,。.；;：:]+/, '')
    .trim()
  return { room: room ? room.slice(1).filter(Boolean).join('-') : '', phone: phone ? phone[0] : '', rest }
}

/** Guesses a choice from words: the names of the choices themselves, and what the pack calls them. */
export function guess(text: string, of: readonly { name: string; title: { zh: string; en: string } }[]): string | null {
  let best: [string, number] | null = null
  for (const it of of) {
    const score = overlap(text, it.title.zh) + 4 * shared(text, it.title.en)
    if (score > 0 && (best === null || score > best[1])) best = [it.name, score]
  }
  return best?.[0] ?? null
}

/** Signs of a choice's name that the words have. */
function overlap(text: string, title: string): number {
  let count = 0
  for (const sign of new Set(title)) if (/[\u4e00-\u9fff]/.test(sign) && text.includes(sign)) count += 1
  return title.length <= 2 && count < title.length ? 0 : count
}

/** Words of a choice's English name that the words have, in the singular or the plural; short ones say nothing. */
function shared(text: string, title: string): number {
  const stems = (of: string) => new Set((of.toLowerCase().match(/[a-z]{4,}/g) ?? []).map((it) => it.replace(/s$/, '')))
  const said = stems(text)
  return [...stems(title)].filter((it) => said.has(it)).length
}
