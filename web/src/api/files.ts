/** Attachments: the body is the file, and its digest is what fields hold. */

import { address, send } from './client'

const base = (unit: string) => `/api/units/${encodeURIComponent(unit)}/attachments`

export async function sendFile(unit: string, blob: Blob, name: string): Promise<string> {
  const response = await send(address(base(unit), { name }), {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/octet-stream' },
    body: blob,
  })
  return ((await response.json()) as { digest: string }).digest
}

export const fileUrl = (unit: string, digest: string) => `${base(unit)}/${encodeURIComponent(digest)}`
export const thumbnailUrl = (unit: string, digest: string) => `${fileUrl(unit, digest)}/thumbnail`
