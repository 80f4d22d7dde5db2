/** Places as floors of buildings. Pure. */

import type { RecordRow } from '@/api/types'

export interface Place {
  row: RecordRow
  building: string
  entrance: string
  floor: number
  room: string
}

/** By its fields, else by its name: 3-2-1202 is building 3, entrance 2, floor 12. */
export function placed(row: RecordRow, name: string): Place {
  const field = (it: string) => String(row.data?.[it] ?? '')
  const parts = name.split('-')
  const room = field('room') || (parts.at(-1) ?? name)
  const digits = room.replace(/\D/g, '')
  return {
    row,
    building: field('building') || (parts[0] ?? ''),
    entrance: field('entrance') || (parts.length > 2 ? (parts[1] ?? '') : ''),
    floor: Number(field('floor')) || Number(digits.slice(0, -2)) || 1,
    room,
  }
}

export interface Building {
  name: string
  floors: { floor: number; places: Place[] }[]
}

const inOrder = (a: string, b: string) => a.localeCompare(b, 'zh', { numeric: true })

/** Buildings in their order, the top floor first, rooms from left to right. */
export function buildings(all: readonly Place[]): Building[] {
  const names = [...new Set(all.map((it) => it.building))].sort(inOrder)
  return names.map((name) => {
    const here = all.filter((it) => it.building === name)
    const floors = [...new Set(here.map((it) => it.floor))].sort((a, b) => b - a)
    return {
      name,
      floors: floors.map((floor) => ({
        floor,
        places: here
          .filter((it) => it.floor === floor)
          .sort((a, b) => inOrder(a.entrance, b.entrance) || inOrder(a.room, b.room)),
      })),
    }
  })
}
