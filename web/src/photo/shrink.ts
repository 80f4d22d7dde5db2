/** Makes a photo small enough to send: 1600 px on the longer side. What is no picture, or is small, stays as it is. */

export const LONGEST = 1600
const ENOUGH = 600_000

/** Width and height after shrinking. Pure. */
export function fitted(width: number, height: number, longest = LONGEST): [number, number] {
  const scale = Math.min(1, longest / Math.max(1, width, height))
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
}

export async function shrink(file: Blob): Promise<Blob> {
  if (!file.type.startsWith('image/') || file.type === 'image/gif' || file.size < ENOUGH) return file
  try {
    const picture = await createImageBitmap(file)
    const [width, height] = fitted(picture.width, picture.height)
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height)
    picture.close()
    const small = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85))
    return small && small.size < file.size ? small : file
  } catch {
    // A format that this browser cannot read goes as it is; the server looks at its content.
    return file
  }
}
