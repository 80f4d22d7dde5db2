/** Ids of records that are made on the device: UUIDv7, so that they sort by the time they were made. */

export function newRecordId(at: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let byte = 0; byte < 6; byte += 1) bytes[byte] = Math.floor(at / 2 ** (8 * (5 - byte))) % 256
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = Array.from(bytes, (it) => it.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
